#include "corpora/pair_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "tokenizer/vocabulary.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

/// Pair i begins with the token 10 + i on both sides; lengths look random, unrelated.
EncodedPairs pairs(int count) {
  EncodedPairs all;
  for (int i = 0; i < count; ++i) {
    const auto source = static_cast<std::size_t>(1 + i * 7919 % 37);
    const auto target = static_cast<std::size_t>(1 + i * 104729 % 41);
    all.add({std::vector<int>(source, 10 + i), std::vector<int>(target, 10 + i)});
  }
  return all;
}

BatchOptions options(int batch_size, int max_tokens, int buffer = 100000) {
  BatchOptions result;
  result.batch_size = batch_size;
  result.max_tokens = max_tokens;
  result.shuffle_buffer = buffer;
  return result;
}

RandomStream random(std::uint64_t seed = 1) { return RandomStream(seed, "shuffle"); }

std::vector<std::vector<int>> epoch(PairBatches& batches) {
  std::vector<std::vector<int>> all;
  for (PairBatch batch; batches.next(batch);) {
    const auto examples = static_cast<std::ptrdiff_t>(batch.source.lengths.size());
    all.emplace_back(batch.source.ids.begin(), batch.source.ids.begin() + examples);
    // The same pairs on both sides: the first word follows <bos>.
    EXPECT_EQ(all.back(),
              std::vector<int>(batch.targets.begin(), batch.targets.begin() + examples));
  }
  return all;
}

TEST(EncodedPairs, GivesBackWhatItWasGiven) {
  EncodedPairs all;
  all.add({{4, 5}, {6}});
  all.add({{}, {}});
  all.add({{7}, {8, 9}});
  EXPECT_EQ(all.size(), 3u);
  EXPECT_THAT(all[0].source, ElementsAre(4, 5));
  EXPECT_THAT(all[0].target, ElementsAre(6));
  EXPECT_TRUE(all[1].source.empty() && all[1].target.empty());
  EXPECT_THAT(all[2].source, ElementsAre(7));
  EXPECT_THAT(all[2].target, ElementsAre(8, 9));
  EXPECT_EQ(all.source_tokens(), 3u);
  EXPECT_EQ(all.targets(), 6u);
}

TEST(PairBatches, InputsBeginWithBosAndTargetsEndWithEos) {
  const PairBatch batch = make_pair_batch({{{4}, {5}}, {{6, 7}, {8, 9}}});
  EXPECT_THAT(batch.source.ids, ElementsAre(6, 4, 7, kPad));
  EXPECT_THAT(batch.target_inputs.lengths, ElementsAre(3, 2));
  EXPECT_THAT(batch.target_inputs.ids, ElementsAre(kBos, kBos, 8, 5, 9, kPad));
  EXPECT_THAT(batch.targets, ElementsAre(8, 5, 9, kEos, kEos, -1));
  EXPECT_THAT(make_pair_batch({{{4}, {}}}).targets, ElementsAre(kEos));
}

TEST(PairBatches, EveryPairOnceAnEpochInAnotherOrder) {
  const EncodedPairs all = pairs(500);
  std::vector<int> expected(500);
  std::iota(expected.begin(), expected.end(), 10);
  for (const int buffer : {1, 50, 1000}) {
    PairBatches batches(all, options(8, 0, buffer), random());
    auto first = epoch(batches), second = epoch(batches);
    if (buffer > 1) {
      EXPECT_NE(first, second);
    }
    std::vector<int> seen;
    for (const auto& batch : second) seen.insert(seen.end(), batch.begin(), batch.end());
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, expected);
  }
}

TEST(PairBatches, ResumeExactly) {
  const EncodedPairs all = pairs(300);
  PairBatches whole(all, options(0, 300, 64), random());
  std::vector<std::vector<int>> ids;
  std::vector<BatchPosition> positions;
  PairBatch batch;
  for (int passes = 0; passes < 2; ++passes) {
    while (whole.next(batch)) {
      ids.push_back(batch.source.ids);
      positions.push_back(whole.position());
    }
  }
  for (const std::size_t place : {std::size_t{0}, ids.size() / 3, ids.size() / 2 + 3}) {
    PairBatches resumed(all, options(0, 300, 64), random(99));
    resumed.restore(positions[place]);
    for (std::size_t i = place + 1; i < std::min(ids.size(), place + 9); ++i) {
      if (!resumed.next(batch)) {
        ASSERT_TRUE(resumed.next(batch));
      }
      EXPECT_EQ(batch.source.ids, ids[i]);
    }
  }
}

TEST(PairBatches, SizedByTheTokensOfBothSides) {
  const EncodedPairs all = pairs(1000);
  PairBatches batches(all, options(0, 600), random());
  std::size_t padded = 0, real_tokens = 0;
  for (PairBatch batch; batches.next(batch);) {
    const std::size_t tokens = batch.source.ids.size() + batch.target_inputs.ids.size();
    EXPECT_LE(tokens, 600u);
    padded += tokens;
    real_tokens += batch.source.tokens() + batch.target_inputs.tokens();
    const auto& lengths = batch.target_inputs.lengths;
    EXPECT_TRUE(std::is_sorted(lengths.rbegin(), lengths.rend()));
  }
  // Bucketed on both sides: little is padding, although the lengths have nothing to do with each
  // other.
  EXPECT_LT(static_cast<double>(padded), 1.25 * static_cast<double>(real_tokens));
  EXPECT_THROW(PairBatches(all, options(0, 0), random()), UserError);
}

}  // namespace
}  // namespace weft
