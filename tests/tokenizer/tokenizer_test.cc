// What each kind of tokenizer does on its own.
#include "tokenizer/tokenizer.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "tests/tokenizer/texts.h"
#include "tokenizer/segments.h"

namespace weft {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using Pieces = std::vector<std::string>;

std::shared_ptr<const Tokenizer> train(TokenizerKind kind, const std::vector<std::string>& lines) {
  TokenizerOptions options;
  options.kind = kind;
  return Tokenizer::train(options, lines_of(lines));
}

TEST(WordTokenizer, SplitsAtWhiteSpaceAndKeepsUnknown) {
  const auto tokenizer = train(TokenizerKind::words, {" the <unk> of N <unk> ", "the end . <eos>"});
  const auto ids = tokenizer->encode("the <unk> said N times");
  EXPECT_EQ(ids[1], kUnk);
  EXPECT_EQ(ids[2], kUnk);
  EXPECT_EQ(tokenizer->decode(ids), "the <unk> <unk> N <unk>");
  EXPECT_EQ(tokenizer->encode("<eos>"), std::vector<int>{kEos});
  EXPECT_EQ(tokenizer->vocabulary().size(), kSpecialIds + 5);
  EXPECT_EQ(tokenizer->split("a,b c!"), (Pieces{"a,b", "c!"}));
}

TEST(WordTokenizer, WithoutSqueezingStillSplitsAtAnyWhiteSpace) {
  TokenizerOptions options;
  options.kind = TokenizerKind::words;
  options.normalizer = untouched();
  const auto tokenizer = Tokenizer::train(options, lines_of({"a"}));
  EXPECT_EQ(tokenizer->split(" a\t\tb\u00A0c\u3000\n"), (Pieces{"a", "b", "c"}));
}

TEST(UnicodeWordTokenizer, PutsTheJoinerOnThePunctuation) {
  const auto tokenizer = train(TokenizerKind::unicode_words, {"a"});
  EXPECT_EQ(tokenizer->split("I don't, (really) know!"),
            (Pieces{"I", "don't", "￭,", "(￭", "really", "￭)", "know", "￭!"}));
  EXPECT_EQ(tokenizer->split("a - b"), (Pieces{"a", "-", "b"}));
  EXPECT_EQ(tokenizer->split("x/y"), (Pieces{"x", "￭/￭", "y"}));
  EXPECT_EQ(tokenizer->split("“No?!”"), (Pieces{"“￭", "No", "￭?", "￭!", "￭”"}));
  EXPECT_EQ(tokenizer->split("don’t 3.14"), (Pieces{"don’t", "3.14"}));
}

TEST(UnicodeWordTokenizer, OneCurlyQuoteChangesNoOtherPiece) {
  // Half of the text goes the fast way, half through ICU: the pieces are those of ICU alone.
  const Segmenter segmenter(Boundary::word);
  const auto tokenizer = train(TokenizerKind::unicode_words, {"a"});
  const Pieces atoms = {"a",      "b'", "1.", "_", " ",      " ", "’",        "é",
                        "\u0301", "漢", "👍",  "ไ", "\u200D", "!", "\u05D0\"", "\u00AB"};
  RandomStream random(1, "stretches");
  const Normalizer normalizer;
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) text += atoms[random.below(atoms.size())];
    text = normalizer(text);
    std::size_t expected = 0;
    const auto count = [&](std::string_view segment) { expected += segment != " "; };
    Segmenter::Cursor(segmenter).visit(text, count);
    ASSERT_EQ(tokenizer->split(text).size(), expected) << text;
    std::string bare;
    for (std::string piece : tokenizer->split(text)) {
      for (auto at = piece.find("￭"); at != piece.npos; at = piece.find("￭")) piece.erase(at, 3);
      bare += piece;
    }
    std::string without_spaces = text;
    std::erase(without_spaces, ' ');
    std::erase(bare, ' ');
    ASSERT_EQ(bare, without_spaces);
  }
}

TEST(CharTokenizer, SpaceIsAPiece) {
  const auto tokenizer = train(TokenizerKind::chars, {"a b"});
  EXPECT_EQ(tokenizer->split("a e\u0323\u0302 👩‍👧!"),
            (Pieces{"a", " ", "\u1EC7", " ", "👩‍👧", "!"}));
  EXPECT_NE(tokenizer->encode(" ").size(), 1u);  // squeezed away
  EXPECT_EQ(tokenizer->encode("a b"),
            (std::vector<int>{tokenizer->vocabulary().id("a"), tokenizer->vocabulary().id(" "),
                              tokenizer->vocabulary().id("b")}));
}

TEST(CharTokenizer, PiecesAreTheGraphemeClustersOfIcu) {
  TokenizerOptions options;
  options.kind = TokenizerKind::chars;
  options.normalizer = untouched();
  const auto tokenizer = Tokenizer::train(options, lines_of({"a"}));
  const Segmenter segmenter(Boundary::grapheme);
  const Pieces atoms = {"a",      "b", "\r",     "\n", "\u0301", "é",
                        "\u0600", "👩", "\u200D", "🇩",  "ก",      "ำ"};
  RandomStream random(1, "clusters");
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (int i = 0; i < 10; ++i) text += atoms[random.below(atoms.size())];
    Pieces expected;
    Segmenter::Cursor(segmenter).visit(text, [&](auto piece) { expected.emplace_back(piece); });
    ASSERT_EQ(tokenizer->split(text), expected) << text;
  }
}

TEST(SubwordTokenizer, UnseenCharactersBecomeBytes) {
  for (const auto model : {SubwordModel::unigram, SubwordModel::bpe}) {
    TokenizerOptions options{TokenizerKind::subwords, model, 400, 1, {}};
    const auto tokenizer = Tokenizer::train(options, lines_of({"the cat sat on the mat"}));
    const auto ids = tokenizer->encode("the 猫 sat 👍");
    EXPECT_EQ(std::count(ids.begin(), ids.end(), int{kUnk}), 0);
    EXPECT_EQ(tokenizer->decode(ids), "the 猫 sat 👍");
  }
}

TEST(SubwordTokenizer, TextIsValidUtf8EvenWhenBytesAreCut) {
  TokenizerOptions options{TokenizerKind::subwords, SubwordModel::unigram, 400, 1, {}};
  const auto tokenizer = Tokenizer::train(options, lines_of({"the cat sat on the mat"}));
  auto ids = tokenizer->encode("猫");
  ids.pop_back();
  EXPECT_THAT(tokenizer->decode(ids), HasSubstr("\uFFFD"));
}

TEST(SubwordTokenizer, VocabularySizeIsALimitNotADemand) {
  TokenizerOptions options{TokenizerKind::subwords, SubwordModel::unigram, 0, 1, {}};
  const auto tokenizer = Tokenizer::train(options, lines_of({"the cat sat on the mat"}));
  EXPECT_LT(tokenizer->vocabulary().size(), 400);
  EXPECT_GT(tokenizer->vocabulary().size(), kSpecialIds + 256);
}

TEST(SubwordTokenizer, TooSmallAVocabularyIsNamedWithTheLeast) {
  TokenizerOptions options{TokenizerKind::subwords, SubwordModel::unigram, 100, 1, {}};
  EXPECT_THAT([&] { Tokenizer::train(options, lines_of({"ab ba"})); },
              ThrowsMessage<UserError>(HasSubstr("ask for 264 or more with --vocab-size")));
}

TEST(SubwordTokenizer, LongLinesAreLearnedFrom) {
  std::string line;
  for (int i = 0; i < 2000; ++i) line += "weft woven ";
  TokenizerOptions options{TokenizerKind::subwords, SubwordModel::bpe, 300, 1, {}};
  const auto tokenizer = Tokenizer::train(options, lines_of({line, std::string(9000, 'x')}));
  EXPECT_TRUE(tokenizer->vocabulary().contains("▁weft"));
}

TEST(Train, RareAndManyPiecesAreCutOff) {
  TokenizerOptions options;
  options.min_count = 2;
  EXPECT_EQ(Tokenizer::train(options, lines_of({"a a b"}))->vocabulary().size(), kSpecialIds + 1);
  options.min_count = 3;
  EXPECT_THAT([&] { Tokenizer::train(options, lines_of({"a a b"})); },
              ThrowsMessage<UserError>(HasSubstr("lower --min-count")));
  options.min_count = 1;
  options.vocab_size = kSpecialIds + 1;
  EXPECT_FALSE(Tokenizer::train(options, lines_of({"a a b"}))->vocabulary().contains("b"));
}

TEST(Options, AreStored) {
  TokenizerOptions options;
  options.kind = TokenizerKind::chars;
  options.min_count = 2;
  options.normalizer.fold_case = true;
  options.normalizer.form = UnicodeForm::nfkc;
  const auto stored = Tokenizer::train(options, lines_of({"Aa"}))->serialize();
  const auto again = Tokenizer::deserialize(stored, "m");
  EXPECT_EQ(again->options().min_count, 2);
  EXPECT_TRUE(again->options().normalizer.fold_case);
  EXPECT_EQ(again->options().normalizer.form, UnicodeForm::nfkc);
  EXPECT_EQ(again->decode(again->encode("A")), "a");
}

}  // namespace
}  // namespace weft
