#include "tokenizer/block_list.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace weft {
namespace {

BlockList list(const std::string& language, const std::vector<std::string>& entries) {
  BlockList result(language);
  for (const std::string& entry : entries) EXPECT_TRUE(result.add(entry)) << entry;
  return result;
}

TEST(BlockListTest, WholeWordsWhateverTheirCase) {
  const BlockList blocked = list("none", {"ass"});
  EXPECT_TRUE(blocked.blocks("what an ASS!"));
  EXPECT_FALSE(blocked.blocks("the class passed"));
}

TEST(BlockListTest, Inflections) {
  const BlockList english = list("english", {"damn"}), german = list("german", {"Idiot"});
  for (const char* text : {"damned", "Damning it", "he damns"}) EXPECT_TRUE(english.blocks(text));
  EXPECT_FALSE(english.blocks("a dam"));
  EXPECT_TRUE(german.blocks("solche Idioten"));
}

TEST(BlockListTest, InflectionsOfSeveralLanguages) {
  const BlockList blocked = list("english,german", {"damn", "Idiot"});
  EXPECT_TRUE(blocked.blocks("damned"));
  EXPECT_TRUE(blocked.blocks("solche Idioten"));
  EXPECT_THROW(BlockList("english,klingon"), UserError);
}

// Such entries blocked nothing.
TEST(BlockListTest, HoweverCharactersAreEncoded) {
  const BlockList decomposed = list("none", {"cafe\u0301"}), straight = list("english", {"don't"}),
                  curly = list("none", {"don’t"});
  EXPECT_TRUE(decomposed.blocks("ein Café am Morgen"));
  EXPECT_TRUE(straight.blocks("I don’t"));
  EXPECT_TRUE(curly.blocks("I DON'T"));
}

TEST(BlockListTest, SeveralWords) {
  const BlockList blocked = list("english", {"shut up"});
  EXPECT_TRUE(blocked.blocks("so shut up."));
  EXPECT_FALSE(blocked.blocks("shut the door, get up"));
}

TEST(BlockListTest, ScriptsWithoutSpaces) {
  const BlockList blocked = list("none", {"笨蛋"});
  EXPECT_TRUE(blocked.blocks("你是笨蛋吗"));
  EXPECT_FALSE(blocked.blocks("鸡蛋"));
}

TEST(BlockListTest, WhatWasTypedIsNotJudged) {
  const BlockList blocked = list("english", {"damn", "shut up"});
  EXPECT_FALSE(blocked.blocks("damn good", 4));
  EXPECT_TRUE(blocked.blocks("damn", 3));
  EXPECT_TRUE(blocked.blocks("shut up", 5));
  const BlockList japanese = list("none", {"日本"});
  const std::string typed = "the letter 日本", half = "the letter 日";
  EXPECT_FALSE(japanese.blocks(typed + "今日", typed.size()));
  EXPECT_TRUE(japanese.blocks(typed, half.size()));
  EXPECT_TRUE(japanese.blocks(typed + "日本", typed.size()));
}

TEST(BlockListTest, Mistakes) {
  BlockList blocked("english");
  EXPECT_FALSE(blocked.add("!?"));
  EXPECT_TRUE(blocked.empty());
  EXPECT_FALSE(blocked.blocks("anything"));
  EXPECT_THROW(BlockList("klingon"), UserError);
}

}  // namespace
}  // namespace weft
