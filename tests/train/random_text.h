// Text without sense for tests of language models.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/vocabulary.h"

namespace weft {

inline constexpr int kWords = 60, kVocabulary = kSpecialIds + kWords;

inline std::shared_ptr<const Tokenizer> words() {
  TokenizerOptions options;
  options.kind = TokenizerKind::words;
  return Tokenizer::train(options, [](const auto& line) {
    for (int id = 0; id < kWords; ++id) line("w" + std::to_string(id));
  });
}

/// Lines of words, the next one likelier to be near the last.
inline std::vector<int> random_text(std::uint64_t seed, int tokens) {
  RandomStream random(seed, "text");
  std::vector<int> ids;
  int word = 0;
  for (int i = 0; i < tokens; ++i) {
    if (random.uniform() < 0.12) {
      ids.push_back(kEos);
      continue;
    }
    const double step = std::abs(random.normal()) * 5;
    word = (word + static_cast<int>(step)) % kWords;
    ids.push_back(kSpecialIds + word);
  }
  ids.push_back(kEos);
  return ids;
}

}  // namespace weft
