// A vocabulary for nets that are not read text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace weft {

inline std::shared_ptr<const Tokenizer> numbered_words(int size) {
  TokenizerOptions options;
  options.kind = TokenizerKind::words;
  return Tokenizer::train(options, [&](const auto& line) {
    for (int id = kSpecialIds; id < size; ++id) line("w" + std::to_string(id));
  });
}

}  // namespace weft
