#include "models/nets/word_attention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_models.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

std::shared_ptr<const Tokenizer> tokenizer_of(TokenizerKind kind) {
  TokenizerOptions options;
  options.kind = kind;
  options.vocab_size = kind == TokenizerKind::subwords ? 290 : 0;
  return Tokenizer::train(options, [](const std::function<void(std::string_view)>& show) {
    for (int i = 0; i < 20; ++i) show("(so) l'été est beau, n'est-ce pas ?");
  });
}

TEST(WordAttention, PiecesBecomeTheWordsOfTheText) {
  const std::string text = "(so) l'été est beau, n'est-ce pas ?";
  for (const TokenizerKind kind : {TokenizerKind::words, TokenizerKind::unicode_words,
                                   TokenizerKind::chars, TokenizerKind::subwords}) {
    const auto tokenizer = tokenizer_of(kind);
    const PieceWords found = words_of(*tokenizer, tokenizer->split(text));
    EXPECT_THAT(found.words, ElementsAre("(so)", "l'été", "est", "beau,", "n'est-ce", "pas", "?"));
    EXPECT_TRUE(std::is_sorted(found.word_of_piece.begin(), found.word_of_piece.end()));
    EXPECT_EQ(found.word_of_piece.front(), 0);
    EXPECT_EQ(found.word_of_piece.back(), 6);
  }
}

TEST(WordAttention, SpacesBelongToTheWordBehindThem) {
  const auto tokenizer = tokenizer_of(TokenizerKind::chars);
  EXPECT_THAT(words_of(*tokenizer, {"s", "o", " ", "b"}).word_of_piece, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(words_of(*tokenizer, {" "}).word_of_piece, ElementsAre(-1));
  EXPECT_THAT(words_of(*tokenizer, {"s", " "}).word_of_piece, ElementsAre(0, 0));
}

// Source pieces a b | c and <eos>, target pieces x | y z.
TEST(WordAttention, SumsOverSourcePiecesAndAveragesOverTargetPieces) {
  const auto tokenizer = tokenizer_of(TokenizerKind::chars);
  const Translator model(TranslatorOptions(), tokenizer);
  TextTranslation translation;
  translation.source = {"s", "o", " ", "b"};
  translation.target = {"e", " ", "s", "t"};
  translation.attention = Matrix(5, 4);
  translation.attention.col(0) = arma::Col<real>{0.5, 0.25, 0, 0.25, 0};
  translation.attention.col(1) = arma::Col<real>{0, 0, 0, 0, 1};
  translation.attention.col(2) = arma::Col<real>{0, 0, 0.5, 0.5, 0};
  translation.attention.col(3) = arma::Col<real>{0, 0, 0, 1, 0};
  const WordAttention attention = word_attention(model, translation);
  EXPECT_THAT(attention.source, ElementsAre("so", "b"));
  EXPECT_THAT(attention.target, ElementsAre("e", "st"));
  const Matrix& weights = attention.weights;
  EXPECT_FLOAT_EQ(static_cast<float>(weights(0, 0)), 0.75f);
  EXPECT_FLOAT_EQ(static_cast<float>(weights(1, 0)), 0.25f);
  EXPECT_FLOAT_EQ(static_cast<float>(weights(1, 1)), 2.0f / 3);
  EXPECT_FLOAT_EQ(static_cast<float>(weights(2, 1)), 1.0f / 3);
  EXPECT_THAT(word_links(attention), ElementsAre(std::pair(0, 0), std::pair(1, 1)));
}

TEST(WordAttention, NoLinkToTheEnd) {
  WordAttention attention{{"a"}, {"x"}, Matrix(2, 1)};
  attention.weights(0, 0) = 0;
  attention.weights(1, 0) = 1;
  EXPECT_TRUE(word_links(attention).empty());
}

}  // namespace
}  // namespace weft
