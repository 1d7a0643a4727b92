// Recurrent steps and optimizer updates: every table of kernels against the reference.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "models/core/kernels/elementwise.h"

namespace weft::kernels {
namespace {

using Values = std::vector<real>;
constexpr std::size_t sizes[] = {0, 1, 3, 7, 8, 15, 16, 17, 31, 64, 100, 1000};

Values normal(std::size_t n, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<real> distribution(0, 2);
  Values result(n);
  for (real& x : result) x = distribution(generator);
  return result;
}

void expect_close(const Values& got, const Values& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(want[i])) {
      ASSERT_TRUE(std::isnan(got[i])) << "element " << i << ": " << got[i];
    } else if (got[i] != want[i]) {
      ASSERT_NEAR(got[i], want[i], tolerance * (1 + std::abs(want[i]))) << "element " << i;
    }
  }
}

class StepKernels : public testing::TestWithParam<const Elementwise*> {
 protected:
  /// Runs `step(table, arrays)` on the reference and on the tested table from the same arrays, and
  /// compares all of them afterwards. Each array has one element more than it may touch.
  template <class Step>
  void compare(std::vector<Values> arrays, double tolerance, const Step& step) {
    std::vector<Values> got = arrays;
    step(reference(), arrays);
    step(*GetParam(), got);
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      SCOPED_TRACE(testing::Message() << "array " << i);
      expect_close(got[i], arrays[i], tolerance);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Tables, StepKernels, testing::ValuesIn(runnable()),
                         [](const auto& tested) { return std::string(tested.param->name); });

TEST_P(StepKernels, LstmAgreesWithTheReference) {
  for (const std::size_t H : sizes) {
    SCOPED_TRACE(H);
    compare({normal(4 * H + 1, 1), normal(H + 1, 2), normal(H + 1, 3), normal(H + 1, 4)}, 2e-6,
            [H](const Elementwise& t, std::vector<Values>& a) {
              t.lstm_forward(H, a[0].data(), a[1].data(), a[2].data(), a[3].data());
            });
    compare({normal(4 * H + 1, 1), normal(H + 1, 2), normal(H + 1, 3), normal(H + 1, 4),
             normal(H + 1, 5)},
            1e-5, [H](const Elementwise& t, std::vector<Values>& a) {
              t.lstm_backward(H, a[0].data(), a[1].data(), a[2].data(), a[3].data(), a[4].data());
            });
  }
}

TEST_P(StepKernels, LstmKeepsItsCellWhereGatesAreSaturated) {
  constexpr real huge = 1e30f, infinity = std::numeric_limits<real>::infinity();
  // Two units; in closed, forget and out open: the cell is carried on, whatever the candidate is.
  Values gates = {-huge, -infinity, huge, infinity, 5, infinity, huge, infinity};
  const Values c_prev = {0.5f, -3};
  Values c(2), h(2);
  GetParam()->lstm_forward(2, gates.data(), c_prev.data(), c.data(), h.data());
  EXPECT_EQ(c, c_prev);
  EXPECT_NEAR(h[0], std::tanh(0.5), 1e-6);
  EXPECT_NEAR(h[1], std::tanh(-3.0), 1e-6);
  // A NaN stays in its unit.
  gates = {0, 0, 0, std::numeric_limits<real>::quiet_NaN(), 0, 0, 0, 0};
  GetParam()->lstm_forward(2, gates.data(), c_prev.data(), c.data(), h.data());
  EXPECT_EQ(c[0], 0.25f);
  EXPECT_TRUE(std::isnan(c[1]) && std::isnan(h[1]));
}

TEST_P(StepKernels, StandardizingAgreesWithTheReference) {
  for (const std::size_t n : sizes) {
    if (n == 0) continue;
    SCOPED_TRACE(n);
    Values x = normal(n + 1, 1);
    for (real& value : x) value = 3 * value + 100;
    compare({x, Values(2)}, 2e-5, [n](const Elementwise& t, std::vector<Values>& a) {
      a[1][0] = t.standardize(n, real(1e-5), a[0].data());
    });
    compare({normal(n + 1, 1), normal(n + 1, 2)}, 1e-5,
            [n](const Elementwise& t, std::vector<Values>& a) {
              t.standardize_backward(n, real(0.7), a[0].data(), a[1].data());
            });
  }
}

TEST_P(StepKernels, StandardizingEqualNumbersGivesZeros) {
  Values x(37, real(-2.5));
  EXPECT_NEAR(GetParam()->standardize(x.size(), real(1e-4), x.data()), 100, 1e-3);
  EXPECT_EQ(x, Values(37, real(0)));
}

TEST_P(StepKernels, GruAgreesWithTheReference) {
  for (const std::size_t H : sizes) {
    SCOPED_TRACE(H);
    compare({normal(3 * H + 1, 1), normal(3 * H + 1, 2), normal(H + 1, 3), normal(H + 1, 4)}, 5e-6,
            [H](const Elementwise& t, std::vector<Values>& a) {
              t.gru_forward(H, a[0].data(), a[1].data(), a[2].data(), a[3].data());
            });
    compare({normal(3 * H + 1, 1), normal(3 * H + 1, 2), normal(H + 1, 3), normal(H + 1, 4)}, 1e-5,
            [H](const Elementwise& t, std::vector<Values>& a) {
              t.gru_backward(H, a[0].data(), a[1].data(), a[2].data(), a[3].data());
            });
  }
}

TEST_P(StepKernels, OptimizersAgreeWithTheReference) {
  for (const std::size_t n : sizes) {
    SCOPED_TRACE(n);
    Values squares = normal(n + 1, 3);
    for (real& x : squares) x *= x;
    const std::vector<Values> two = {normal(n + 1, 1), squares, normal(n + 1, 4)};
    for (const bool nesterov : {false, true}) {
      compare(two, 1e-6, [&](const Elementwise& t, std::vector<Values>& a) {
        t.momentum(n, 0.1f, 0.9f, nesterov, a[0].data(), a[1].data(), a[2].data());
      });
    }
    compare(two, 1e-6, [n](const Elementwise& t, std::vector<Values>& a) {
      t.adagrad(n, 0.1f, 1e-8f, a[0].data(), a[1].data(), a[2].data());
    });
    compare(two, 1e-6, [n](const Elementwise& t, std::vector<Values>& a) {
      t.rmsprop(n, 0.1f, 0.9f, 1e-8f, a[0].data(), a[1].data(), a[2].data());
    });
    compare({normal(n + 1, 1), normal(n + 1, 2), squares, normal(n + 1, 4)}, 1e-6,
            [n](const Elementwise& t, std::vector<Values>& a) {
              t.adam(n, 0.1f, 0.9f, 0.99f, 1.5f, 1e-8f, a[0].data(), a[1].data(), a[2].data(),
                     a[3].data());
            });
  }
}

TEST_P(StepKernels, OptimizersDoWhatIsWrittenOnPaper) {
  const real g = 2;
  real state = 3, w = 1, second = 4;
  GetParam()->momentum(1, 0.5f, 0.25f, false, &g, &state, &w);  // v = 2.75
  EXPECT_FLOAT_EQ(w, 1 - 0.5f * 2.75f);
  state = 3, w = 1;
  GetParam()->momentum(1, 0.5f, 0.25f, true, &g, &state, &w);
  EXPECT_FLOAT_EQ(w, 1 - 0.5f * (2 + 0.25f * 2.75f));
  state = 5, w = 1;
  GetParam()->adagrad(1, 0.5f, 1, &g, &state, &w);  // squares 9
  EXPECT_FLOAT_EQ(w, 1 - 0.5f * 2 / 4);
  state = 12, w = 1;
  GetParam()->rmsprop(1, 0.5f, 0.625f, 1, &g, &state, &w);  // 7.5 + 1.5 = 9
  EXPECT_FLOAT_EQ(w, 1 - 0.5f * 2 / 4);
  state = 6, second = 4, w = 1;
  GetParam()->adam(1, 0.5f, 0.5f, 0.5f, 3, 2, &g, &state, &second, &w);  // m = 4, v = 4
  EXPECT_FLOAT_EQ(w, 1 - 0.5f * 4 / (3 * 2 + 2));
  EXPECT_FLOAT_EQ(state, 4);
  EXPECT_FLOAT_EQ(second, 4);
}

TEST_P(StepKernels, OptimizersLeaveAWeightWithoutAGradientAlone) {
  const real g = 0;
  real state = 0, other = 0, w = 1;
  GetParam()->adagrad(1, 0.5f, 1e-8f, &g, &state, &w);
  GetParam()->rmsprop(1, 0.5f, 0.9f, 1e-8f, &g, &state, &w);
  GetParam()->adam(1, 0.5f, 0.9f, 0.999f, 1, 1e-8f, &g, &state, &other, &w);
  EXPECT_EQ(w, 1);
}

}  // namespace
}  // namespace weft::kernels
