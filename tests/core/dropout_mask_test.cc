#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "models/core/kernels/elementwise.h"

namespace weft::kernels {
namespace {

/// 1 where an element is kept.
std::vector<real> mask(std::uint64_t key, std::uint64_t first, std::size_t n, real rate) {
  std::vector<real> result(n, 1 - rate);
  elementwise().dropout(n, key, first, rate, result.data(), 0, result.data());
  for (real& x : result) x = x > 0 ? real{1} : real{0};
  return result;
}

/// Of a[i] and b[i + lag], in standard deviations of what independent masks of `rate` would give.
double correlation(const std::vector<real>& a, const std::vector<real>& b, std::size_t lag,
                   double rate) {
  double total = 0;
  const std::size_t n = a.size() - lag;
  for (std::size_t i = 0; i < n; ++i) total += (a[i] - (1 - rate)) * (b[i + lag] - (1 - rate));
  return total / (rate * (1 - rate) * std::sqrt(static_cast<double>(n)));
}

constexpr std::size_t size = 1 << 20;

TEST(DropoutMask, DropsAsOftenAsAsked) {
  for (const real rate : {0.01f, 0.1f, 0.5f, 0.9f}) {
    for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
      double kept = 0;
      for (const real x : mask(key, 0, size, rate)) kept += x;
      const double deviation = std::sqrt(size * rate * (1 - rate));
      EXPECT_NEAR(kept, size * (1 - rate), 4 * deviation) << rate << " " << key;
    }
  }
}

TEST(DropoutMask, NeighboursAreIndependent) {
  for (const real rate : {0.2f, 0.5f}) {
    const auto a = mask(12345, 0, size, rate);
    for (const std::size_t lag : {1u, 2u, 3u, 4u, 16u, 64u, 650u, 1024u, 65536u}) {
      EXPECT_LT(std::abs(correlation(a, a, lag, rate)), 4.5) << lag;
    }
  }
}

TEST(DropoutMask, KeysAndBlocksGiveUnrelatedMasks) {
  const std::uint64_t key = 12345, high = std::uint64_t{1} << 32;
  const auto a = mask(key, 0, size, 0.5f);
  std::vector<std::vector<real>> others;
  for (const std::uint64_t other : {key + 1, key ^ 2, key + high, key ^ (high << 31), ~key}) {
    others.push_back(mask(other, 0, size, 0.5f));
  }
  others.push_back(mask(key, high, size, 0.5f));
  for (std::size_t other = 0; other < others.size(); ++other) {
    for (const std::size_t lag : {0u, 1u, 2u, 8u}) {
      EXPECT_LT(std::abs(correlation(a, others[other], lag, 0.5)), 4.5) << other << " " << lag;
    }
  }
}

TEST(DropoutMask, AnElementDoesNotDependOnTheRangeAroundIt) {
  const std::uint64_t first = (std::uint64_t{1} << 32) - 50;  // and runs past 32 bits
  const auto whole = mask(7, first, 200, 0.5f);
  for (const std::size_t split : {1u, 13u, 50u, 51u, 199u}) {
    const auto head = mask(7, first, split, 0.5f);
    const auto tail = mask(7, first + split, 200 - split, 0.5f);
    for (std::size_t i = 0; i < 200; ++i) {
      EXPECT_EQ(whole[i], i < split ? head[i] : tail[i - split]) << split << " " << i;
    }
  }
}

TEST(DropoutMask, IsTheSameInEveryTable) {
  const std::uint64_t first = (std::uint64_t{3} << 32) - 500;
  std::vector<real> ones(1000, 1), want(1000), got(1000);
  reference().dropout(1000, 99, first, 0.3f, ones.data(), 0, want.data());
  for (const Elementwise* table : runnable()) {
    table->dropout(1000, 99, first, 0.3f, ones.data(), 0, got.data());
    EXPECT_EQ(got, want) << table->name;
  }
}

TEST(DropoutMask, ScalesWhatItKeepsAndForgetsWhatItDrops) {
  for (const Elementwise* table : runnable()) {
    std::vector<real> x(1000, 3), y(1000), doubled(1000, 10);
    table->dropout(1000, 5, 0, 0, x.data(), 0, y.data());
    EXPECT_EQ(y, x) << table->name;
    table->dropout(1000, 5, 0, 1, x.data(), 0, y.data());
    EXPECT_EQ(y, std::vector<real>(1000, 0)) << table->name;
    table->dropout(1000, 5, 0, 0.5f, x.data(), 2, doubled.data());
    for (const real value : doubled) EXPECT_TRUE(value == 20 || value == 26) << value;
    // A dropped NaN is gone.
    x.assign(1000, std::numeric_limits<real>::quiet_NaN());
    table->dropout(1000, 5, 0, 0.5f, x.data(), 0, y.data());
    const auto kept = mask(5, 0, 1000, 0.5f);
    for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(std::isnan(y[i]), kept[i] > 0) << i;
  }
}

}  // namespace
}  // namespace weft::kernels
