// What tests of the tables of kernels share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "models/core/kernels/elementwise.h"

namespace weft::kernels {

using Values = std::vector<real>;
inline constexpr real infinity = std::numeric_limits<real>::infinity();
inline constexpr real nan = std::numeric_limits<real>::quiet_NaN();
inline constexpr std::size_t sizes[] = {0, 1, 3, 7, 8, 15, 16, 17, 31, 64, 100, 1000};

inline Values normal(std::size_t n, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<real> distribution(0, 2);
  Values result(n);
  for (real& x : result) x = distribution(generator);
  return result;
}

inline void expect_close(const Values& got, const Values& want, double relative, double absolute) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(want[i])) {
      ASSERT_TRUE(std::isnan(got[i])) << "element " << i << ": " << got[i];
    } else if (got[i] != want[i]) {
      ASSERT_NEAR(got[i], want[i], absolute + relative * std::abs(want[i])) << "element " << i;
    }
  }
}

/// A test of each table that this processor runs.
class KernelTest : public testing::TestWithParam<const Elementwise*> {
 protected:
  const Elementwise& table() const { return *GetParam(); }
};

inline std::string kernel_name(const testing::TestParamInfo<const Elementwise*>& tested) {
  return tested.param->name;
}

}  // namespace weft::kernels
