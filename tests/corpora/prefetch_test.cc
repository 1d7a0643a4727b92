#include "corpora/prefetch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace weft {
namespace {

TEST(PrefetcherTest, KeepsTheOrderAndEnds) {
  int made = 0;
  Prefetcher<int> numbers(
      [&](int& n) {
        n = made++;
        return n < 1000;
      },
      3);
  int n = 0;
  for (int expected = 0; expected < 1000; ++expected) {
    ASSERT_TRUE(numbers.next(n));
    ASSERT_EQ(n, expected);
  }
  EXPECT_FALSE(numbers.next(n));
  EXPECT_FALSE(numbers.next(n));
}

TEST(PrefetcherTest, ThrowsBehindWhatCameBefore) {
  int made = 0;
  Prefetcher<int> numbers(
      [&](int& n) -> bool {
        n = ++made;
        if (n == 3) throw std::runtime_error("the third");
        return true;
      },
      8);
  int n = 0;
  EXPECT_TRUE(numbers.next(n));
  EXPECT_TRUE(numbers.next(n));
  EXPECT_EQ(n, 2);
  EXPECT_THROW(numbers.next(n), std::runtime_error);
  EXPECT_THROW(numbers.next(n), std::runtime_error);
}

TEST(PrefetcherTest, StaysWithinItsCapacity) {
  std::atomic<int> made = 0;
  std::promise<void> full;
  Prefetcher<int> numbers(
      [&](int& n) {
        n = ++made;
        if (n == 2) full.set_value();
        return true;
      },
      2);
  full.get_future().wait();
  int n = 0;
  ASSERT_TRUE(numbers.next(n));
  ASSERT_TRUE(numbers.next(n));
  EXPECT_EQ(n, 2);
  EXPECT_LE(made.load(), 2 + 2);  // two taken, two ready
}

TEST(PrefetcherTest, EndsEarlyWithoutHanging) {
  for (int round = 0; round < 200; ++round) {
    Prefetcher<int> numbers([](int& n) { return ++n, true; }, 1);
    int n = 0;
    if (round % 2 == 0) {
      ASSERT_TRUE(numbers.next(n));
    }
  }
}

}  // namespace
}  // namespace weft
