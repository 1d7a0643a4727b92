#include "corpora/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TokenBatchTest, TimeMajorAndPadded) {
  const std::vector<int> a{5, 6, 7}, b{}, c{8};
  const TokenBatch batch = make_token_batch({&a, &b, &c});
  EXPECT_EQ(batch.steps, 3);
  EXPECT_EQ(batch.examples, 3);
  EXPECT_THAT(batch.ids, ElementsAre(5, 0, 8, 6, 0, 0, 7, 0, 0));
  EXPECT_THAT(batch.lengths, ElementsAre(3, 0, 1));
  EXPECT_EQ(batch.tokens(), 4u);
}

TEST(TokenBatchTest, HasAStepEvenIfAllIsEmpty) {
  const std::vector<int> empty;
  const TokenBatch batch = make_token_batch({&empty, &empty});
  EXPECT_EQ(batch.steps, 1);
  EXPECT_THAT(batch.ids, ElementsAre(0, 0));
  EXPECT_EQ(batch.tokens(), 0u);
  EXPECT_THAT(make_token_batch({}).lengths, IsEmpty());
}

}  // namespace
}  // namespace weft
