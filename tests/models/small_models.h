// Small models with weights, for the tests of this folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/nets/classifier.h"
#include "models/nets/language_model.h"
#include "models/nets/translator.h"

namespace weft {

inline std::shared_ptr<const Tokenizer> small_tokenizer() {
  static const auto tokenizer = Tokenizer::train(
      TokenizerOptions{}, [](const std::function<void(std::string_view line)>& each) {
        each("i love this car");
        each("i do not love this film at all");
        each("a bad film , not a good one");
      });
  return tokenizer;
}

/// Options of a classifier with sizes that tell rows from columns.
inline ClassifierOptions small_options(ClassifierArch arch) {
  ClassifierOptions options;
  options.arch = arch;
  options.layers = 2;
  options.hidden = 5;
  options.embedding = 3;
  options.buckets = 7;
  return options;
}

/// Weights of every parameter drawn anew, as the linear models' begin at zero.
inline void randomize(Model& model) {
  model.parameters().initialize(1);
  RandomStream random(2, "test");
  for (Parameter& parameter : model.parameters())
    for (real& weight : parameter.value) weight = static_cast<real>(0.5 * random.normal());
}

inline std::unique_ptr<Classifier> text_classifier(const ClassifierOptions& options,
                                                   bool multi_label = false) {
  auto model = std::make_unique<Classifier>(
      options, small_tokenizer(), 0, std::vector<std::string>{"bad", "good", "mixed"}, multi_label);
  randomize(*model);
  return model;
}

inline std::unique_ptr<Classifier> row_classifier(const ClassifierOptions& options,
                                                  int features = 4) {
  auto model = std::make_unique<Classifier>(options, nullptr, features,
                                            std::vector<std::string>{"down", "up"}, false);
  randomize(*model);
  return model;
}

inline std::unique_ptr<LanguageModel> small_language_model(Cell cell, bool tie = false,
                                                           OutputKind output = OutputKind::full) {
  LanguageModelOptions options;
  options.output = output;
  if (output == OutputKind::adaptive) options.cutoffs = {5, 9};
  options.mixture_components = 3;
  options.cell = cell;
  options.hidden = 5;
  options.embedding = tie ? 5 : 3;
  options.tie = tie;
  auto model = std::make_unique<LanguageModel>(options, small_tokenizer());
  randomize(*model);
  return model;
}

/// What small translators write.
inline std::shared_ptr<const Tokenizer> small_target_tokenizer() {
  static const auto tokenizer = Tokenizer::train(
      TokenizerOptions{}, [](const std::function<void(std::string_view line)>& each) {
        each("j' aime cette voiture");
        each("je n' aime pas ce film");
      });
  return tokenizer;
}

inline std::unique_ptr<Translator> small_translator(TranslatorOptions options = {},
                                                    bool joint = false) {
  options.hidden = 6;
  options.embedding = options.embedding == 256 ? 5 : options.embedding;
  auto model = std::make_unique<Translator>(options, small_tokenizer(),
                                            joint ? nullptr : small_target_tokenizer());
  randomize(*model);
  return model;
}

inline ClassifierInput texts(const Classifier& model, const std::vector<std::string>& lines) {
  std::vector<std::vector<int>> ids;
  for (const std::string& line : lines) ids.push_back(model.encode(line));
  std::vector<const std::vector<int>*> pointers;
  for (const auto& sequence : ids) pointers.push_back(&sequence);
  ClassifierInput input;
  input.tokens = make_token_batch(pointers);
  return input;
}

inline bool equal_to_the_bit(const Matrix& a, const Matrix& b) {
  return a.n_rows == b.n_rows && a.n_cols == b.n_cols && std::equal(a.begin(), a.end(), b.begin());
}

inline constexpr ClassifierArch kArchs[] = {
    ClassifierArch::perceptron, ClassifierArch::logistic, ClassifierArch::bow, ClassifierArch::mlp,
    ClassifierArch::rnn,        ClassifierArch::gru,      ClassifierArch::lstm};

}  // namespace weft
