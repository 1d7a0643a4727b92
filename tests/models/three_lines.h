// A small language model that has learned three lines by heart, for tests of completion.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "corpora/batch.h"
#include "models/core/tape.h"
#include "models/nets/language_model.h"
#include "train/optimizer.h"

namespace weft {

inline const std::vector<std::string>& lines() {
  static const std::vector<std::string> all = {
      "Thank you for your help.", "Thank you for the notes.", "See you on Monday (I hope)."};
  return all;
}

/// A small model that has learned three lines by heart.
inline std::unique_ptr<LanguageModel> trained(
    TokenizerKind kind, const std::vector<std::string>& texts = lines(),
    const std::shared_ptr<const Scrubber>& scrubber = nullptr) {
  TokenizerOptions tokens;
  tokens.kind = kind;
  tokens.scrubber = scrubber;
  tokens.vocab_size = kind == TokenizerKind::subwords ? 300 : 0;
  auto tokenizer = Tokenizer::train(tokens, [&](const auto& line) {
    for (int i = 0; i < 20; ++i)
      for (const std::string& text : texts) line(text);
  });
  LanguageModelOptions options;
  options.layers = 1;
  options.hidden = 48;
  auto model = std::make_unique<LanguageModel>(options, tokenizer);
  model->parameters().initialize(1);

  std::vector<std::vector<int>> inputs, outputs;
  for (const std::string& text : texts) {
    std::vector<int> ids = tokenizer->encode(text);
    outputs.push_back(ids);
    outputs.back().push_back(kEos);
    ids.insert(ids.begin(), kEos);
    inputs.push_back(ids);
  }
  const TokenBatch batch = make_token_batch({&inputs[0], &inputs[1], &inputs[2]});
  std::vector<int> targets(batch.ids.size(), -1);
  for (std::size_t b = 0; b < 3; ++b)
    for (std::size_t t = 0; t < outputs[b].size(); ++t) targets[t * 3 + b] = outputs[b][t];
  Gradients gradients(model->parameters());
  RandomStream noise(1, "dropout");
  Tape tape(gradients, noise);
  const auto optimizer = Optimizer::make({}, model->parameters());
  for (int update = 0; update < 150; ++update) {
    tape.reset();
    RecurrentState state;
    tape.backward(model->loss(tape, batch, targets.data(), state));
    optimizer->step(gradients, 0.02);
  }
  return model;
}

/// Trained once for all tests of a program.
inline const LanguageModel& trained_once(TokenizerKind kind) {
  static std::map<TokenizerKind, std::unique_ptr<LanguageModel>> models;
  auto& found = models[kind];
  if (!found) found = trained(kind);
  return *found;
}

}  // namespace weft
