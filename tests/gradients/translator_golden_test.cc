// Whole translators: loss and gradients against PyTorch's
// (tests/golden/make_translator_goldens.py), and dropout against finite differences.

#include "golden_testing.h"
#include "models/nets/translator.h"
#include "numbered_words.h"

namespace weft {
namespace {

using nlohmann::json;

/// Sentences as a translator is trained on them.
struct Pairs {
  TokenBatch source, inputs;
  std::vector<int> targets;

  Pairs(const std::vector<std::vector<int>>& sources, const std::vector<std::vector<int>>& words) {
    std::vector<std::vector<int>> read = words;
    std::vector<const std::vector<int>*> source_pointers, read_pointers;
    for (std::size_t n = 0; n < words.size(); ++n) {
      read[n].insert(read[n].begin(), kBos);
      source_pointers.push_back(&sources[n]);
      read_pointers.push_back(&read[n]);
    }
    source = make_token_batch(source_pointers);
    inputs = make_token_batch(read_pointers);
    targets.assign(inputs.ids.size(), -1);
    for (std::size_t n = 0; n < words.size(); ++n)
      for (std::size_t t = 0; t <= words[n].size(); ++t)
        targets[t * words.size() + n] = t < words[n].size() ? words[n][t] : int{kEos};
  }
};

TranslatorOptions golden_options(const json& golden, const json& tested) {
  TranslatorOptions options;
  options.cell = tested.at("cell") == "lstm" ? GatedCell::lstm : GatedCell::gru;
  options.attention = tested.at("attention") == "dot"       ? AttentionKind::dot
                      : tested.at("attention") == "general" ? AttentionKind::general
                                                            : AttentionKind::additive;
  options.encoder_layers = options.decoder_layers = tested.at("layers");
  options.tie = tested.at("tied") ? TranslatorTie::target : TranslatorTie::none;
  options.hidden = golden.at("hidden");
  options.encoder_hidden = golden.at("encoder_hidden");
  options.embedding = golden.at("embedding");
  options.dropout = 0;
  return options;
}

TEST(TranslatorGolden, PyTorch) {
  const json golden = read_golden("translator.json");
  const auto words = numbered_words(golden.at("words"));
  const Pairs pairs(golden.at("sources"), golden.at("targets"));
  for (const json& tested : golden.at("cases")) {
    Translator model(golden_options(golden, tested), words, words);
    model.parameters().initialize(1);
    ASSERT_EQ(model.parameters().size(), tested.at("parameters").size());
    for (const auto& [name, value] : tested.at("parameters").items()) {
      Parameter* parameter = model.parameters().find(name);
      ASSERT_TRUE(parameter) << name;
      parameter->value = golden_matrix(value);
    }
    Gradients gradients(model.parameters());
    RandomStream noise(1, "noise");
    Tape tape(gradients, noise);
    const Var loss =
        model.loss(tape, pairs.source, pairs.inputs, pairs.targets.data(), golden.at("smoothing"));
    tape.backward(loss);
    EXPECT_NEAR(loss.value()(0, 0), tested.at("loss").get<double>(), kGoldenTolerance);
    for (const auto& [name, value] : tested.at("gradients").items())
      expect_golden(whole_gradient(gradients[model.parameters().find(name)->index]), value, name);
  }
}

// With dropout everywhere, all three embeddings one, and more layers below than above.
TEST(TranslatorGradients, WithDropoutAndOneEmbedding) {
  for (const DropoutKind kind : {DropoutKind::elements, DropoutKind::sequence}) {
    TranslatorOptions options;
    options.attention = AttentionKind::additive;
    options.tie = TranslatorTie::all;
    options.encoder_layers = 2;
    options.hidden = 3, options.encoder_hidden = 2, options.embedding = 2;
    options.dropout = 0.3;
    options.dropout_kind = kind;
    options.word_dropout = 0.2;
    Translator model(options, numbered_words(8));
    randomize(model.parameters());
    const Pairs pairs({{4, 5, 6, 3}, {3}, {7, 7, 4, 5, 6, 3}}, {{5, 6, 7, 7}, {4}, {}});
    expect_gradients(model.parameters(), {}, [&](Tape& tape, const std::vector<Var>&) {
      return model.loss(tape, pairs.source, pairs.inputs, pairs.targets.data(), 0.1);
    });
  }
}

}  // namespace
}  // namespace weft
