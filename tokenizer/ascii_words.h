// Word boundaries (UAX 29) of plain ASCII text by table: most text is ASCII, and ICU takes ten
// times as long to say the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokenizer/segments.h"

namespace weft {

class AsciiWords {
 public:
  /// Asks `words` once which characters belong to words ("don't", "3.14"): that differs from
  /// one version of ICU to the next, and both paths must agree.
  explicit AsciiWords(const Segmenter& words);

  /// Where the segment that begins at `begin` ends. `text` is ASCII, `begin` less than its size and
  /// a boundary.
  std::size_t segment_end(std::string_view text, std::size_t begin) const;
  /// Whether a segment is a word: it has a letter or a digit.
  bool is_word(std::string_view segment) const;

 private:
  unsigned kind(char c) const { return kinds_[static_cast<unsigned char>(c)]; }
  std::array<std::uint8_t, 128> kinds_{};
};

}  // namespace weft
