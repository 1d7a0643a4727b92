#include "tokenizer/surface.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

/// Puts the surfaces of the ids together as the header says.
std::string written(const Tokenizer& tokenizer, const std::vector<int>& ids) {
  const std::vector<Surface> all = surfaces(tokenizer);
  std::string text;
  bool glued = false;
  for (int id : ids) {
    const Surface& surface = all[static_cast<std::size_t>(id)];
    text += (surface.space_before && !glued ? " " : "") + surface.text;
    glued = surface.glue_after;
  }
  return text;
}

class SurfaceTest : public testing::TestWithParam<TokenizerKind> {};

TEST_P(SurfaceTest, PutsTheDecodedTextTogether) {
  const std::string text = "\"Well (he said), it's 3.50 € – naïve, isn't it?\" 你好";
  TokenizerOptions options;
  options.kind = GetParam();
  options.vocab_size = options.kind == TokenizerKind::subwords ? 320 : 0;
  const auto tokenizer = Tokenizer::train(options, [&](const auto& line) {
    for (int i = 0; i < 20; ++i) line(text);
  });
  const bool space_first = options.kind != TokenizerKind::chars;
  EXPECT_EQ(written(*tokenizer, tokenizer->encode(text)), (space_first ? " " : "") + text);
}

INSTANTIATE_TEST_SUITE_P(EveryKind, SurfaceTest,
                         testing::Values(TokenizerKind::words, TokenizerKind::unicode_words,
                                         TokenizerKind::chars, TokenizerKind::subwords));

}  // namespace
}  // namespace weft
