#include "tokenizer/vocabulary.h"

#include <gmock/gmock.h>

#include "base/byte_reader.h"
#include "base/error.h"

namespace weft {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

VocabularyBuilder sample() {
  VocabularyBuilder builder;
  builder.add("the", 5);
  builder.add("cat", 2);
  builder.add("ant", 2);
  builder.add("dog");
  return builder;
}

TEST(Vocabulary, BeginsWithTheSpecialIds) {
  const Vocabulary vocabulary;
  ASSERT_EQ(vocabulary.size(), kSpecialIds);
  EXPECT_EQ(vocabulary.id("<pad>"), kPad);
  EXPECT_EQ(vocabulary.id("<unk>"), kUnk);
  EXPECT_EQ(vocabulary.id("<bos>"), kBos);
  EXPECT_EQ(vocabulary.id("<eos>"), kEos);
  EXPECT_EQ(vocabulary.id("word"), kUnk);
}

TEST(Vocabulary, MostFrequentFirstThenByteOrder) {
  const Vocabulary vocabulary = sample().build(0, 1);
  ASSERT_EQ(vocabulary.size(), kSpecialIds + 4);
  EXPECT_EQ(vocabulary.piece(4), "the");
  EXPECT_EQ(vocabulary.piece(5), "ant");
  EXPECT_EQ(vocabulary.piece(6), "cat");
  EXPECT_EQ(vocabulary.piece(7), "dog");
  EXPECT_EQ(vocabulary.count(4), 5u);
  EXPECT_EQ(vocabulary.id("cat"), 6);
}

TEST(Vocabulary, WhatIsLeftOutCountsForUnknown) {
  const Vocabulary by_size = sample().build(kSpecialIds + 2, 1);
  EXPECT_EQ(by_size.size(), kSpecialIds + 2);
  EXPECT_EQ(by_size.count(kUnk), 3u);
  EXPECT_FALSE(by_size.contains("cat"));
  const Vocabulary by_count = sample().build(0, 2);
  EXPECT_EQ(by_count.size(), kSpecialIds + 3);
  EXPECT_EQ(by_count.count(kUnk), 1u);
}

TEST(Vocabulary, SpecialPiecesOfTheTextKeepTheirIds) {
  auto builder = sample();
  builder.add("<unk>", 9);
  builder.add("<eos>", 3);
  const Vocabulary vocabulary = builder.build(0, 1);
  EXPECT_EQ(vocabulary.size(), kSpecialIds + 4);
  EXPECT_EQ(vocabulary.count(kUnk), 9u);
  EXPECT_EQ(vocabulary.count(kEos), 3u);
}

TEST(Vocabulary, TooSmallOrDoubleIsRefused) {
  EXPECT_THROW(sample().build(kSpecialIds, 1), UserError);
  EXPECT_THAT(
      [] {
        Vocabulary({"a", "b", "a"}, {1, 1, 1});
      },
      ThrowsMessage<UserError>(HasSubstr("'a' twice")));
  EXPECT_THROW(Vocabulary({"<unk>"}, {1}), UserError);
}

TEST(Vocabulary, CopiesAndMovesStandAlone) {
  auto original = std::make_unique<Vocabulary>(sample().build(0, 1));
  const Vocabulary copy = *original;
  Vocabulary assigned;
  assigned = *original;
  const Vocabulary moved = std::move(*original);
  original.reset();
  for (const Vocabulary* v : {&copy, static_cast<const Vocabulary*>(&assigned), &moved}) {
    EXPECT_EQ(v->id("cat"), 6);
    EXPECT_EQ(v->id("x"), kUnk);
  }
}

TEST(Vocabulary, RoundTripIsEqualToTheBit) {
  auto builder = sample();
  builder.add("<eos>", 3);
  builder.add("", 1);
  builder.add(std::string_view("\0\xFF", 2), 1);
  const std::string bytes = builder.build(0, 2).serialize();
  const Vocabulary again = Vocabulary::deserialize(bytes, "m");
  EXPECT_EQ(again.serialize(), bytes);
  EXPECT_EQ(again.count(kEos), 3u);
  EXPECT_EQ(again.id("the"), 4);
}

TEST(Vocabulary, DamageNeverCrashes) {
  const std::string bytes = sample().build(0, 1).serialize();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_THROW(Vocabulary::deserialize(bytes.substr(0, i), "m"), FormatError) << i;
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x80);
    try {
      Vocabulary::deserialize(flipped, "m");  // may succeed: a count or a letter is another
    } catch (const FormatError&) {
    }
  }
  EXPECT_THROW(Vocabulary::deserialize(bytes + "x", "m"), FormatError);
}

TEST(Vocabulary, HugeSizeIsRefusedBeforeMemoryIsTaken) {
  ByteWriter writer;
  writer.write(std::uint64_t{1} << 60);
  EXPECT_THAT([&] { Vocabulary::deserialize(writer.bytes() + std::string(100, 'x'), "model"); },
              ThrowsMessage<FormatError>(HasSubstr("model: the vocabulary is damaged")));
}

TEST(Vocabulary, DoublePieceInAFileIsAFormatError) {
  std::string bytes = Vocabulary({"aa", "ab"}, {1, 1}).serialize();
  bytes.back() = 'a';
  EXPECT_THROW(Vocabulary::deserialize(bytes, "m"), FormatError);
}

}  // namespace
}  // namespace weft
