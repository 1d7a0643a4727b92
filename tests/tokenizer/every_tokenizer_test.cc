// What every kind of tokenizer promises.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <tuple>

#include "base/error.h"
#include "tests/tokenizer/texts.h"
#include "tokenizer/tokenizer.h"

namespace weft {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using Pieces = std::vector<std::string>;

/// Settings of the normaliser under which a tokenizer must give every text back.
std::vector<NormalizerOptions> reversible(TokenizerKind kind) {
  std::vector<NormalizerOptions> all(2);
  all[1] = {UnicodeForm::nfkc, true, true, true, true};
  // The white-space tokenizer joins with single spaces, so it needs text that has no others.
  if (kind != TokenizerKind::words) all.push_back(untouched());
  return all;
}

class EveryTokenizer : public testing::TestWithParam<std::pair<TokenizerKind, SubwordModel>> {
 protected:
  TokenizerOptions options() const {
    TokenizerOptions options;
    std::tie(options.kind, options.subword_model) = GetParam();
    if (options.kind == TokenizerKind::subwords) options.vocab_size = 1200;
    return options;
  }
  /// Without texts that hold special pieces, which decoding leaves out when they are tokens.
  std::vector<std::string> texts() const {
    auto texts = nasty_texts();
    if (options().kind == TokenizerKind::words) {
      std::erase_if(texts, [](const auto& text) { return text.find("<pad>") != text.npos; });
    }
    return texts;
  }
};

TEST_P(EveryTokenizer, DecodingGivesTheNormalisedTextBack) {
  auto changed = options();
  for (const auto& normalizer : reversible(changed.kind)) {
    changed.normalizer = normalizer;
    const auto tokenizer = Tokenizer::train(changed, lines_of(texts()));
    for (const auto& text : texts()) {
      EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), Normalizer(normalizer)(text));
    }
  }
}

TEST_P(EveryTokenizer, SplitAndEncodeAgree) {
  const auto tokenizer = Tokenizer::train(options(), lines_of(texts()));
  for (const auto& text : texts()) {
    Pieces pieces;
    for (const int id : tokenizer->encode(text))
      pieces.push_back(tokenizer->vocabulary().piece(id));
    EXPECT_EQ(pieces, tokenizer->split(text));
  }
}

TEST_P(EveryTokenizer, EmptyLinesHaveNoIds) {
  const auto tokenizer = Tokenizer::train(options(), lines_of(texts()));
  for (const char* text : {"", " ", "\t\n", "\u00A0\u3000"}) {
    EXPECT_TRUE(tokenizer->encode(text).empty());
    EXPECT_TRUE(tokenizer->split(text).empty());
  }
  EXPECT_EQ(tokenizer->decode({}), "");
}

TEST_P(EveryTokenizer, CountsAreThoseOfTheCorpus) {
  const auto tokenizer = Tokenizer::train(options(), lines_of(texts()));
  std::vector<std::uint64_t> counts(static_cast<std::size_t>(tokenizer->vocabulary().size()), 0);
  for (const auto& text : texts()) {
    for (const int id : tokenizer->encode(text)) ++counts[static_cast<std::size_t>(id)];
  }
  for (int id = 0; id < tokenizer->vocabulary().size(); ++id) {
    EXPECT_EQ(tokenizer->vocabulary().count(id), counts[static_cast<std::size_t>(id)])
        << tokenizer->vocabulary().piece(id);
  }
}

TEST_P(EveryTokenizer, TrainingIsDeterministicAndStorageEqualToTheBit) {
  const auto tokenizer = Tokenizer::train(options(), lines_of(texts()));
  const std::string bytes = tokenizer->serialize();
  EXPECT_EQ(Tokenizer::train(options(), lines_of(texts()))->serialize(), bytes);
  const auto again = Tokenizer::deserialize(bytes, "m");
  EXPECT_EQ(again->serialize(), bytes);
  EXPECT_EQ(again->options().kind, options().kind);
  for (const auto& text : texts()) EXPECT_EQ(again->encode(text), tokenizer->encode(text));
}

TEST_P(EveryTokenizer, DamageIsAFormatErrorWhereverItIs) {
  const std::string bytes = Tokenizer::train(options(), lines_of(texts()))->serialize();
  // Every place of a small file; of a large one every place at the start and a sample of the rest.
  const std::size_t stride = bytes.size() > 4000 ? 97 : 1;
  for (std::size_t i = 0; i < bytes.size(); i += i < 256 ? 1 : stride) {
    EXPECT_THROW(Tokenizer::deserialize(bytes.substr(0, i), "m"), FormatError) << i;
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    EXPECT_THROW(Tokenizer::deserialize(flipped, "m"), FormatError) << i;
  }
  EXPECT_THROW(Tokenizer::deserialize(bytes + "x", "m"), FormatError);
  EXPECT_THAT([] { Tokenizer::deserialize("PK\3\4 this is something else", "model.weft"); },
              ThrowsMessage<FormatError>(HasSubstr("model.weft: this is not a weft tokenizer")));
}

TEST_P(EveryTokenizer, ThreadsShareIt) {
  const auto tokenizer = Tokenizer::train(options(), lines_of(texts()));
  std::vector<std::vector<int>> expected;
  for (const auto& text : texts()) expected.push_back(tokenizer->encode(text));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto all = texts();
      for (int round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < all.size(); ++i)
          wrong += tokenizer->encode(all[i]) != expected[i];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_P(EveryTokenizer, CorpusWithoutTextIsRefused) {
  for (const auto& lines : {Pieces{}, Pieces{"", "  ", "\n"}}) {
    EXPECT_THAT([&] { Tokenizer::train(options(), lines_of(lines)); },
                ThrowsMessage<UserError>(HasSubstr("the corpus has no text")));
  }
}

TEST_P(EveryTokenizer, OneShortLineIsEnough) {
  const auto tokenizer = Tokenizer::train(options(), lines_of({"hi"}));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("hi")), "hi");
}

TEST_P(EveryTokenizer, IdOutsideTheVocabularyIsRefused) {
  const auto tokenizer = Tokenizer::train(options(), lines_of(texts()));
  EXPECT_THROW(tokenizer->decode({-1}), UserError);
  EXPECT_THROW(tokenizer->decode({tokenizer->vocabulary().size()}), UserError);
}

TEST_P(EveryTokenizer, SpecialIdsAreLeftOutOfTextButUnknownIsSeen) {
  const auto tokenizer = Tokenizer::train(options(), lines_of(texts()));
  EXPECT_EQ(tokenizer->decode({kPad, kBos, kEos, kEos}), "");
  EXPECT_THAT(tokenizer->decode({kUnk}), HasSubstr("<unk>"));
}

std::string name_of(const testing::TestParamInfo<EveryTokenizer::ParamType>& parameter) {
  const char* names[] = {"words", "unicode_words", "chars", "unigram", "bpe"};
  return names[parameter.index];
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryTokenizer,
                         testing::Values(std::pair(TokenizerKind::words, SubwordModel::unigram),
                                         std::pair(TokenizerKind::unicode_words,
                                                   SubwordModel::unigram),
                                         std::pair(TokenizerKind::chars, SubwordModel::unigram),
                                         std::pair(TokenizerKind::subwords, SubwordModel::unigram),
                                         std::pair(TokenizerKind::subwords, SubwordModel::bpe)),
                         name_of);

}  // namespace
}  // namespace weft
