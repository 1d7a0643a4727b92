#include "corpora/language_batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace weft {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

/// Ids 10, 11, 12 …: each tells its place.
std::vector<int> counted(int size) {
  std::vector<int> ids(static_cast<std::size_t>(size));
  std::iota(ids.begin(), ids.end(), 10);
  return ids;
}

TEST(LanguageBatchesTest, WindowsOfParallelParts) {
  LanguageBatches batches(TokenStream::from_ids(counted(7)), 2, 3);
  EXPECT_EQ(batches.batches(), 2u);
  LanguageBatch batch;
  ASSERT_TRUE(batches.next(batch));
  EXPECT_TRUE(batch.first);
  EXPECT_EQ(batch.inputs.steps, 3);
  EXPECT_EQ(batch.inputs.examples, 2);
  EXPECT_THAT(batch.inputs.ids, ElementsAre(kEos, 13, 10, 14, 11, 15));
  EXPECT_THAT(batch.targets, ElementsAre(10, 14, 11, 15, 12, 16));
  EXPECT_THAT(batch.inputs.lengths, ElementsAre(3, 3));
  ASSERT_TRUE(batches.next(batch));
  EXPECT_FALSE(batch.first);
  EXPECT_EQ(batch.inputs.steps, 1);
  EXPECT_THAT(batch.inputs.ids, ElementsAre(12, kPad));
  EXPECT_THAT(batch.targets, ElementsAre(13, -1));
  EXPECT_THAT(batch.inputs.lengths, ElementsAre(1, 0));
  EXPECT_FALSE(batches.next(batch));
  ASSERT_TRUE(batches.next(batch));
  EXPECT_TRUE(batch.first);
}

TEST(LanguageBatchesTest, EveryTokenIsATargetOnceAndFollowsItsInput) {
  for (const int size : {1, 2, 5, 19, 20, 21, 100, 101, 119}) {
    for (const int examples : {1, 2, 3, 7, 20}) {
      for (const int steps : {1, 4, 35}) {
        LanguageBatches batches(TokenStream::from_ids(counted(size)), examples, steps);
        std::vector<int> seen(static_cast<std::size_t>(size), 0);
        LanguageBatch batch;
        std::uint64_t count = 0, taken = 0;
        while (batches.next(batch)) {
          ++count;
          taken += static_cast<std::uint64_t>(batch.inputs.steps);
          ASSERT_EQ(batches.position(), taken);
          ASSERT_LE(batch.inputs.steps, steps);
          for (std::size_t i = 0; i < batch.targets.size(); ++i) {
            const std::size_t b = i % static_cast<std::size_t>(examples);
            const int t = static_cast<int>(i) / examples;
            ASSERT_EQ(batch.targets[i] >= 0, t < batch.inputs.lengths[b]);
            if (batch.targets[i] < 0) continue;
            ++seen.at(static_cast<std::size_t>(batch.targets[i] - 10));
            const int input = batch.targets[i] == 10 ? int{kEos} : batch.targets[i] - 1;
            ASSERT_EQ(batch.inputs.ids[i], input);
          }
        }
        ASSERT_EQ(count, batches.batches());
        ASSERT_EQ(taken, batches.steps());
        ASSERT_THAT(seen, Each(1)) << size << " " << examples << " " << steps;
      }
    }
  }
}

TEST(LanguageBatchesTest, StreamsContinueFromBatchToBatch) {
  LanguageBatches batches(TokenStream::from_ids(counted(40)), 4, 3);
  LanguageBatch before, batch;
  ASSERT_TRUE(batches.next(before));
  while (batches.next(batch)) {
    for (std::size_t b = 0; b < 4; ++b) EXPECT_EQ(batch.inputs.ids[b], before.targets[2 * 4 + b]);
    before = batch;
  }
}

TEST(LanguageBatchesTest, SeekGoesOnExactly) {
  LanguageBatches whole(TokenStream::from_ids(counted(101)), 3, 4);
  LanguageBatch expected, batch;
  for (std::uint64_t position = 0; whole.next(expected); position = whole.position()) {
    LanguageBatches sought(TokenStream::from_ids(counted(101)), 3, 4);
    sought.seek(position);
    ASSERT_TRUE(sought.next(batch));
    EXPECT_EQ(batch.inputs.ids, expected.inputs.ids);
    EXPECT_EQ(batch.targets, expected.targets);
    EXPECT_EQ(batch.first, expected.first);
  }
  whole.seek(whole.steps());
  EXPECT_FALSE(whole.next(batch));
  EXPECT_THROW(whole.seek(whole.steps() + 1), std::out_of_range);
}

TEST(LanguageBatchesTest, BatchesMayHaveTheirOwnNumberOfSteps) {
  LanguageBatches batches(TokenStream::from_ids(counted(20)), 2, 4);
  LanguageBatch batch;
  std::vector<int> steps, first_part;
  for (int wanted = 1; batches.next(batch, wanted); ++wanted) {
    steps.push_back(batch.inputs.steps);
    for (std::size_t i = 0; i < batch.targets.size(); i += 2)
      first_part.push_back(batch.targets[i]);
  }
  EXPECT_THAT(steps, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(first_part, counted(10));
}

TEST(LanguageBatchesTest, EmptyStreamAndImpossibleSizes) {
  LanguageBatch batch;
  LanguageBatches empty(TokenStream::from_ids({}), 2, 2);
  EXPECT_EQ(empty.batches(), 0u);
  EXPECT_FALSE(empty.next(batch));
  EXPECT_THROW(LanguageBatches(TokenStream::from_ids({1}), 0, 2), std::invalid_argument);
  EXPECT_THROW(LanguageBatches(TokenStream::from_ids({1}), 2, 0), std::invalid_argument);
}

}  // namespace
}  // namespace weft
