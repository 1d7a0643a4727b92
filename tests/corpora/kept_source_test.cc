#include "corpora/kept_source.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

/// Counts from 1 to 5, and how often it was opened.
struct Numbers {
  int opened = 0;
  std::function<KeptSource<int>::Source()> open() {
    return [this] {
      ++opened;
      return [n = 0](int& number) mutable { return number = ++n, n <= 5; };
    };
  }
};

std::vector<int> read(KeptSource<int>::Source source, std::size_t most = 99) {
  std::vector<int> numbers;
  for (int n = 0; numbers.size() < most && source(n);) numbers.push_back(n);
  return numbers;
}

std::size_t one(int) { return 1; }

const std::vector<int> kAll = {1, 2, 3, 4, 5};

TEST(KeptSource, ReadsASmallCorpusOnce) {
  Numbers numbers;
  KeptSource<int> source(numbers.open(), one, 5);
  for (int pass = 0; pass < 3; ++pass) EXPECT_EQ(read(source.pass()), kAll);
  EXPECT_EQ(numbers.opened, 1);
}

TEST(KeptSource, ReadsALargeOneEachTime) {
  Numbers numbers;
  KeptSource<int> source(numbers.open(), one, 4);
  for (int pass = 0; pass < 3; ++pass) EXPECT_EQ(read(source.pass()), kAll);
  EXPECT_EQ(numbers.opened, 3);
}

TEST(KeptSource, APassThatStopsEarlyIsNoWholeOne) {
  Numbers numbers;
  KeptSource<int> source(numbers.open(), one, 5);
  EXPECT_EQ(read(source.pass(), 2), (std::vector<int>{1, 2}));
  for (int pass = 0; pass < 2; ++pass) EXPECT_EQ(read(source.pass()), kAll);
  EXPECT_EQ(numbers.opened, 2);
}

}  // namespace
}  // namespace weft
