#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weft {
namespace {

TEST(RandomStream, FollowsXoshiro256PlusPlus) {
  // With state {1, 2, 3, 4} the first result is rotl(1 + 4, 23) + 1.
  RandomStream stream(0, "any");
  stream.set_state({1, 2, 3, 4});
  EXPECT_EQ(stream.next(), (std::uint64_t{5} << 23) + 1);
  EXPECT_EQ(stream.state(), (RandomStream::State{7, 0, 262146, 211106232532992}));
}

TEST(RandomStream, SeedAndNameDecide) {
  RandomStream a(1, "shuffle"), b(1, "shuffle"), c(2, "shuffle"), d(1, "dropout");
  const auto first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, c.next());
  EXPECT_NE(first, d.next());
}

TEST(RandomStream, GivesTheSameOnEveryMachine) {
  // From an implementation of its own (Python integers) of FNV-1a, splitmix64 and xoshiro256++.
  EXPECT_EQ(RandomStream(1, "init/weight").next(), 12140214361651503808u);
}

TEST(RandomStream, StateIsThePosition) {
  RandomStream stream(5, "sample");
  for (int i = 0; i < 3; ++i) stream.normal();
  const auto state = stream.state();
  const double next = stream.normal();
  RandomStream other(9, "else");
  other.set_state(state);
  EXPECT_EQ(other.normal(), next);
}

TEST(RandomStream, UniformAndNormalHaveTheirMoments) {
  RandomStream stream(3, "moments");
  constexpr int kDraws = 200000;
  double sum = 0, normal_sum = 0, normal_squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = stream.uniform();
    ASSERT_TRUE(u >= 0 && u < 1);
    sum += u;
    const double n = stream.normal();
    normal_sum += n;
    normal_squares += n * n;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);
  EXPECT_NEAR(normal_sum / kDraws, 0, 0.01);
  EXPECT_NEAR(normal_squares / kDraws, 1, 0.02);
}

TEST(RandomStream, BelowIsEven) {
  RandomStream stream(4, "below");
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts[stream.below(6)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  EXPECT_EQ(stream.below(1), 0u);
  // A bound just above half the range: a plain modulo would favour the low numbers two to one.
  const std::uint64_t bound = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 62);
  int low = 0;
  for (int i = 0; i < 30000; ++i) low += stream.below(bound) < bound / 3;
  EXPECT_NEAR(low, 10000, 500);
}

TEST(RandomStream, ShufflePermutes) {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  const auto sorted = items;
  RandomStream stream(1, "shuffle");
  stream.shuffle(items);
  EXPECT_NE(items, sorted);
  EXPECT_TRUE(std::is_permutation(items.begin(), items.end(), sorted.begin()));
}

}  // namespace
}  // namespace weft
