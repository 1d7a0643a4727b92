// Numbers made narrower and back, by every table of kernels.
#include <algorithm>
#include <cstdint>

#include "tests/core/kernel_test.h"

namespace weft::kernels {
namespace {

class NarrowKernels : public KernelTest {};
INSTANTIATE_TEST_SUITE_P(Tables, NarrowKernels, testing::ValuesIn(runnable()), kernel_name);

TEST_P(NarrowKernels, RoundsToBf16LikeTheReference) {
  for (const std::size_t n : sizes) {
    Values x = normal(n + 1, 1), y = normal(n + 1, 2);
    const Values edges = {nan, infinity, -infinity, 3.4e38f, 1e-41f, -0.0f, 1.00390625f};
    std::copy_n(edges.begin(), std::min(n, edges.size()), x.begin() + 1);
    std::vector<std::uint16_t> want(2 * n), got(2 * n);
    reference().to_bf16_pairs(n, x.data() + 1, y.data() + 1, want.data());
    table().to_bf16_pairs(n, x.data() + 1, y.data() + 1, got.data());
    EXPECT_EQ(got, want) << n;
    reference().to_bf16(n, x.data() + 1, want.data());
    table().to_bf16(n, x.data() + 1, got.data());
    EXPECT_EQ(got, want) << n;
  }
}

TEST_P(NarrowKernels, QuantizesLikeTheReference) {
  for (const std::size_t n : sizes) {
    Values x = normal(n, 1);
    if (n > 3) x[2] = nan, x[3] = infinity;
    for (int pass = 0; pass < 2; ++pass) {
      std::vector<std::uint8_t> want(n), got(n);
      EXPECT_EQ(table().quantize(n, x.data(), got.data()),
                reference().quantize(n, x.data(), want.data()));
      // A sum that is rounded once may fall on the other side of a tie.
      for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(got[i], want[i], 1) << n << " " << i;
      if (n > 3) x[3] = 0;
    }
  }
  const Values small(40, 1e-40f);
  std::vector<std::uint8_t> q(40);
  EXPECT_EQ(table().quantize(40, small.data(), q.data()), 0);
  EXPECT_EQ(q, std::vector<std::uint8_t>(40, kIntegerZero));
}

TEST_P(NarrowKernels, DequantizesLikeTheReference) {
  for (const std::size_t n : sizes) {
    std::vector<std::int32_t> sums(n), weights(n);
    for (std::size_t i = 0; i < n; ++i) {
      sums[i] = static_cast<std::int32_t>(i * 7919 % 2000003) - 1000000;
      weights[i] = static_cast<std::int32_t>(i * 31 % 5000) - 2500;
    }
    const Values scales = normal(n, 1);
    for (const real beta : {0.0f, 0.5f}) {
      Values want = normal(n, 2), got = want;
      reference().dequantize(n, sums.data(), weights.data(), 0.01f, scales.data(), beta,
                             want.data());
      table().dequantize(n, sums.data(), weights.data(), 0.01f, scales.data(), beta, got.data());
      expect_close(got, want, 1e-6, 1e-6);
    }
  }
}

}  // namespace
}  // namespace weft::kernels
