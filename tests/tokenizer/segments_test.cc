#include "tokenizer/segments.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "tests/tokenizer/texts.h"
#include "tokenizer/ascii_words.h"

namespace weft {
namespace {

using Pieces = std::vector<std::string>;

Pieces segments(const Segmenter& segmenter, std::string_view text) {
  Pieces pieces;
  Segmenter::Cursor(segmenter).visit(text, [&](std::string_view s) { pieces.emplace_back(s); });
  return pieces;
}

Pieces ascii_segments(const AsciiWords& words, std::string_view text) {
  Pieces pieces;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = words.segment_end(text, begin);
    pieces.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

TEST(Segmenter, SegmentsCoverTheText) {
  for (const auto boundary : {Boundary::word, Boundary::grapheme}) {
    const Segmenter segmenter(boundary);
    for (const auto& text : nasty_texts()) {
      std::string joined;
      for (const auto& segment : segments(segmenter, text)) {
        EXPECT_FALSE(segment.empty());
        joined += segment;
      }
      EXPECT_EQ(joined, text);
    }
  }
}

TEST(Segmenter, GraphemeClustersStayWhole) {
  const Segmenter segmenter(Boundary::grapheme);
  EXPECT_EQ(segments(segmenter, "e\u0301👩‍👩‍👧🇩🇪🇫🇷"),
            (Pieces{"e\u0301", "👩‍👩‍👧", "🇩🇪", "🇫🇷"}));
}

TEST(AsciiWords, KnownSegments) {
  const Segmenter segmenter(Boundary::word);
  const AsciiWords words(segmenter);
  EXPECT_EQ(ascii_segments(words, "don't 3.14, a_b  (x)\r\n"),
            (Pieces{"don't", " ", "3.14", ",", " ", "a_b", "  ", "(", "x", ")", "\r\n"}));
  EXPECT_TRUE(words.is_word("don't"));
  EXPECT_TRUE(words.is_word("__x"));
  EXPECT_FALSE(words.is_word("_"));
  EXPECT_FALSE(words.is_word("@"));
  EXPECT_FALSE(words.is_word(" "));
}

TEST(AsciiWords, AgreeWithIcuOnRandomText) {
  const Segmenter segmenter(Boundary::word);
  const AsciiWords words(segmenter);
  RandomStream random(1, "ascii-words");
  // Dense in the characters that rules are about, and any ASCII at all.
  const std::string dense = "aB1 2_'.,:;-\"\r\n\t@/";
  for (int round = 0; round < 20000; ++round) {
    std::string text(1 + random.below(16), '\0');
    for (char& c : text) {
      c = round % 2 ? static_cast<char>(random.below(128)) : dense[random.below(dense.size())];
    }
    ASSERT_EQ(ascii_segments(words, text), segments(segmenter, text))
        << testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace weft
