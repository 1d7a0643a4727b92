#include "models/nets/bag_of_ngrams.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tokenizer/vocabulary.h"

namespace weft {
namespace {

TokenBatch batch_of(const std::vector<std::vector<int>>& sequences) {
  std::vector<const std::vector<int>*> pointers;
  for (const auto& sequence : sequences) pointers.push_back(&sequence);
  return make_token_batch(pointers);
}

int column(const NgramTable& table, const std::vector<int>& tokens) {
  return table.vocabulary +
         static_cast<int>(ngram_hash(tokens) % static_cast<std::uint64_t>(table.buckets));
}

// Saved models depend on these numbers. Made with Python's integers from the formula in the header.
TEST(BagOfNgrams, HashesTheSameForever) {
  EXPECT_EQ(ngram_hash(std::vector<int>{4, 5}), 0xcf0e30b9ce38f713u);
  EXPECT_EQ(ngram_hash(std::vector<int>{5, 4}), 0x5ae27fb2576b159bu);
  EXPECT_EQ(ngram_hash(std::vector<int>{4, 5, 2147483647}), 0xb08fd48bd760de56u);
}

TEST(BagOfNgrams, CollectsWordsAndNgramsInEachText) {
  const NgramTable table{10, 3, 1000};
  const Bags bags = make_bags(batch_of({{4, 5, 4}, {}, {6}}), table, false);
  EXPECT_EQ(bags.offsets, (std::vector<int>{0, 6, 6, 7}));
  EXPECT_EQ(bags.ids, (std::vector<int>{4, column(table, {4, 5}), column(table, {4, 5, 4}), 5,
                                        column(table, {5, 4}), 4, 6}));
}

TEST(BagOfNgrams, CountsPresenceOnce) {
  const Bags bags = make_bags(batch_of({{7, 4, 7, 4, 4}}), {10, 1, 0}, true);
  EXPECT_EQ(bags.ids, (std::vector<int>{4, 7}));
  EXPECT_EQ(unit_weights(bags), (std::vector<real>(2, static_cast<real>(1 / std::sqrt(2.0)))));
}

TEST(BagOfNgrams, LeavesOutUnknownTokensAndPadding) {
  const NgramTable table{10, 2, 1000};
  const Bags bags = make_bags(batch_of({{4, kUnk, 5}, {4, 5, 6, 7, 8}}), table, false);
  EXPECT_EQ(bags.offsets[1], 2);
  EXPECT_EQ(bags.ids[0], 4);
  EXPECT_EQ(bags.ids[1], 5);
}

TEST(BagOfNgrams, SpreadsNgramsOverTheBuckets) {
  const NgramTable table{0, 2, 1024};
  std::vector<int> used(1024, 0);
  for (int a = 4; a < 68; ++a)
    for (int b = 4; b < 68; ++b) ++used[static_cast<std::size_t>(column(table, {a, b}))];
  EXPECT_LT(*std::max_element(used.begin(), used.end()), 20);  // four each on average
}

}  // namespace
}  // namespace weft
