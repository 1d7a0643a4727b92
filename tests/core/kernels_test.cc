// Every table of kernels that this processor runs, against the reference and against long double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "tests/core/kernel_test.h"

namespace weft::kernels {
namespace {

/// Random numbers, every other one replaced by a hard one.
Values hard(std::size_t n, unsigned seed) {
  const real values[] = {0,   -0.0f, 1e-7f, -1e-7f, 1e-30f, -1e-30f, 1e-40f,   -1e-40f,   1,  -1,
                         9.5, -9.5,  88,    -88,    89,     -89,     200,      -200,      15, -15,
                         100, -100,  1e30f, -1e30f, 3e38f,  -3e38f,  infinity, -infinity, nan};
  Values result = normal(n, seed);
  for (std::size_t i = 0; i < n; i += 2) result[i] = values[(i / 2 + seed) % std::size(values)];
  return result;
}

class Kernels : public KernelTest {};
INSTANTIATE_TEST_SUITE_P(Tables, Kernels, testing::ValuesIn(runnable()), kernel_name);

// ---- y = f(x).

struct Function {
  const char* name;
  std::function<void(const Elementwise&, std::size_t, const real*, real*)> call;
  std::function<long double(long double)> exact;
  long double lowest, highest;  // where the result is a normal number
  double units;                 // error allowed, in the last place
};

long double cdf(long double x) { return std::erfc(-x / std::sqrt(2.0L)) / 2; }

const Function functions[] = {
    {"exp", [](auto& t, auto n, auto x, auto y) { t.exp(n, x, y); },
     [](long double x) { return std::exp(x); }, -87.3L, 88.7L, 1.5},
    {"sigmoid", [](auto& t, auto n, auto x, auto y) { t.sigmoid(n, x, y); },
     [](long double x) { return 1 / (1 + std::exp(-x)); }, -87.3L, 100, 3},
    {"tanh", [](auto& t, auto n, auto x, auto y) { t.tanh(n, x, y); },
     [](long double x) { return std::tanh(x); }, -100, 100, 3},
    {"relu", [](auto& t, auto n, auto x, auto y) { t.relu(n, 0, x, y); },
     [](long double x) { return x < 0 ? 0 : x; }, -100, 100, 0},
    {"leaky_relu", [](auto& t, auto n, auto x, auto y) { t.relu(n, 0.25f, x, y); },
     [](long double x) { return x < 0 ? x / 4 : x; }, -100, 100, 0},
    {"softplus", [](auto& t, auto n, auto x, auto y) { t.softplus(n, x, y); },
     [](long double x) { return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::abs(x))); }, -87.3L,
     100, 3},
    {"gelu", [](auto& t, auto n, auto x, auto y) { t.gelu(n, x, y); },
     [](long double x) { return x * cdf(x); }, -12.9L, 100, 8},
};

TEST_P(Kernels, FunctionsAgreeWithTheReference) {
  for (const Function& f : functions) {
    SCOPED_TRACE(f.name);
    for (const std::size_t n : sizes) {
      const Values x = hard(n + 1, 7);
      // One element off any alignment, with a guard behind; then in place.
      Values want(n + 2, 42), got(n + 2, 42), in_place = x;
      f.call(reference(), n, x.data() + 1, want.data() + 1);
      f.call(table(), n, x.data() + 1, got.data() + 1);
      expect_close(got, want, 1e-6, 2e-38);
      f.call(table(), n, in_place.data() + 1, in_place.data() + 1);
      for (std::size_t i = 1; i <= n; ++i) {
        ASSERT_EQ(std::memcmp(&got[i], &in_place[i], sizeof(real)), 0) << i;
      }
    }
  }
}

TEST_P(Kernels, FunctionsAreExactToAFewUnitsInTheLastPlace) {
  for (const Function& f : functions) {
    Values x;
    const auto put = [&](real value) {
      if (value > f.lowest && value < f.highest) x.push_back(value);
    };
    for (int i = -100000; i < 100000; ++i) put(static_cast<real>(i) / 1000);
    for (int exponent = -100; exponent < 0; ++exponent) {
      for (int i = 0; i < 100; ++i) {
        put(std::ldexp(1 + static_cast<real>(i) / 100, exponent));
        put(-x.back());
      }
    }
    Values y(x.size());
    f.call(table(), x.size(), x.data(), y.data());
    double worst = 0;
    real at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double want = f.exact(x[i]);
      const real size = std::abs(static_cast<real>(want));
      const long double unit = std::nextafter(size, infinity) - size;
      const double error = static_cast<double>(std::abs(y[i] - want) / unit);
      if (!(error <= worst)) worst = error, at = x[i];
    }
    EXPECT_LE(worst, f.units) << f.name << " at " << at;
  }
}

TEST_P(Kernels, FunctionsSaturate) {
  const auto value = [&](const char* name, real x) {
    for (const Function& f : functions) {
      if (f.name == std::string(name)) f.call(table(), 1, &x, &x);
    }
    return x;
  };
  EXPECT_EQ(value("sigmoid", -infinity), 0);
  EXPECT_EQ(value("sigmoid", infinity), 1);
  EXPECT_EQ(value("sigmoid", -200), 0);
  EXPECT_EQ(value("tanh", -infinity), -1);
  EXPECT_EQ(value("tanh", 1e30f), 1);
  EXPECT_EQ(value("exp", -infinity), 0);
  EXPECT_EQ(value("exp", 89), infinity);
  EXPECT_EQ(value("relu", -infinity), 0);
  EXPECT_EQ(value("softplus", infinity), infinity);
  EXPECT_EQ(value("gelu", -infinity), 0);
  EXPECT_EQ(value("gelu", infinity), infinity);
}

TEST_P(Kernels, AResultDependsOnlyOnItsArgument) {
  // Whether it falls to the vector loop or to the rest, so that threads may split anywhere.
  for (const Function& f : functions) {
    const Values x = normal(100, 5);
    Values whole(100), single(100);
    f.call(table(), 100, x.data(), whole.data());
    for (std::size_t i = 0; i < 100; ++i) f.call(table(), 1, &x[i], &single[i]);
    EXPECT_EQ(whole, single) << f.name;
  }
}

// ---- out = g(a, b) + beta · out.

struct Accumulation {
  const char* name;
  std::function<void(const Elementwise&, std::size_t, const real* a, const real* b, real beta,
                     real* out)>
      call;
};

const Accumulation accumulations[] = {
    {"sigmoid_backward", [](auto& t, auto n, auto a, auto b, real beta,
                            auto y) { t.sigmoid_backward(n, a, b, beta, y); }},
    {"tanh_backward",
     [](auto& t, auto n, auto a, auto b, real beta, auto y) { t.tanh_backward(n, a, b, beta, y); }},
    {"relu_backward", [](auto& t, auto n, auto a, auto b, real beta,
                         auto y) { t.relu_backward(n, 0.25f, a, b, beta, y); }},
    {"softplus_backward", [](auto& t, auto n, auto a, auto b, real beta,
                             auto y) { t.softplus_backward(n, a, b, beta, y); }},
    {"gelu_backward",
     [](auto& t, auto n, auto a, auto b, real beta, auto y) { t.gelu_backward(n, a, b, beta, y); }},
    {"axpby", [](auto& t, auto n, auto a, auto, real beta, auto y) { t.axpby(n, 3, a, beta, y); }},
    {"multiply",
     [](auto& t, auto n, auto a, auto b, real beta, auto y) { t.multiply(n, a, b, beta, y); }},
    {"scaled_exp",
     [](auto& t, auto n, auto a, auto, real beta, auto y) { t.scaled_exp(n, 2, 1, a, beta, y); }},
    {"dropout", [](auto& t, auto n, auto a, auto, real beta,
                   auto y) { t.dropout(n, 1, 2, 0.5f, a, beta, y); }},
};

TEST_P(Kernels, AccumulationsAgreeWithTheReference) {
  for (const Accumulation& f : accumulations) {
    for (const std::size_t n : sizes) {
      for (const real beta : {0.0f, 1.0f, 0.5f}) {
        SCOPED_TRACE(testing::Message() << f.name << " " << n << " " << beta);
        const Values a = normal(n + 1, 1), b = normal(n + 1, 2);
        // With beta 0 the destination may hold anything.
        Values want = beta == 0 ? Values(n + 1, nan) : normal(n + 1, 3), got = want;
        f.call(reference(), n, a.data() + 1, b.data() + 1, beta, want.data());
        f.call(table(), n, a.data() + 1, b.data() + 1, beta, got.data());
        expect_close(got, want, 2e-6, 5e-6);
      }
    }
  }
}

TEST_P(Kernels, GradientsAtHardPointsAgreeWithTheReference) {
  const Values x = hard(1000, 3), dy = normal(1000, 4);
  Values want(1000), got(1000);
  reference().softplus_backward(1000, x.data(), dy.data(), 0, want.data());
  table().softplus_backward(1000, x.data(), dy.data(), 0, got.data());
  expect_close(got, want, 1e-6, 1e-37);
  reference().gelu_backward(1000, x.data(), dy.data(), 0, want.data());
  table().gelu_backward(1000, x.data(), dy.data(), 0, got.data());
  expect_close(got, want, 1e-6, 1e-6);
}

TEST_P(Kernels, ReluPassesNoGradientWhereItsOutputIsZero) {
  const Values y = {0, -0.0f, 1e-40f, 2}, dy = {5, 5, 5, 5};
  Values dx(4, nan);
  table().relu_backward(4, 0, y.data(), dy.data(), 0, dx.data());
  EXPECT_EQ(dx, (Values{0, 0, 5, 5}));
}

// ---- Sums and softmax.

TEST_P(Kernels, SoftmaxGradientAgreesWithTheReference) {
  for (const std::size_t n : sizes) {
    if (n == 0) continue;
    Values want = normal(n, 1), got = want, want_sums = normal(n, 2), got_sums = want_sums;
    EXPECT_NEAR(table().softmax_gradient(n, 0.25f, got.data(), got_sums.data()),
                reference().softmax_gradient(n, 0.25f, want.data(), want_sums.data()), 2e-6);
    expect_close(got, want, 2e-6, 1e-9);
    expect_close(got_sums, want_sums, 2e-6, 1e-6);
  }
}

TEST_P(Kernels, HalvesOfTheSoftmaxGradientAgreeWithTheReference) {
  for (const std::size_t n : sizes) {
    Values want = normal(n, 1), got = want, want_sums = normal(n, 2), got_sums = want_sums;
    const double total = reference().exp_sum(n, 3, want.data());
    EXPECT_NEAR(table().exp_sum(n, 3, got.data()), total, 2e-6 * total);
    expect_close(got, want, 2e-6, 1e-9);
    reference().scale_and_add(n, 0.25f, want.data(), want_sums.data());
    table().scale_and_add(n, 0.25f, got.data(), got_sums.data());
    expect_close(got, want, 2e-6, 1e-9);
    expect_close(got_sums, want_sums, 2e-6, 1e-6);
  }
}

TEST_P(Kernels, LogAddExpAgreesWithTheReference) {
  for (const std::size_t n : sizes) {
    const Values x = normal(n, 1);
    Values want = normal(n, 2), got = want;
    reference().log_add_exp(n, 0.5f, x.data(), want.data());
    table().log_add_exp(n, 0.5f, x.data(), got.data());
    expect_close(got, want, 1e-6, 1e-6);
  }
}

// Neither exponential is a number that a float can hold.
TEST_P(Kernels, LogAddExpHoldsLargeNumbers) {
  const Values x = {-1000, 1000, -3000, 500, -1e30f};
  Values y = {-1000, 1000, -1000, -500, -2};
  table().log_add_exp(5, 0, x.data(), y.data());
  const real ln2 = 0.69314718f;
  expect_close(y, {-1000 + ln2, 1000 + ln2, -1000, 500, -2}, 2e-7, 0);
}

TEST_P(Kernels, SumsAgreeWithTheReference) {
  for (const std::size_t n : sizes) {
    const Values x = normal(n + 1, 1), y = normal(n + 1, 2);
    const real *a = x.data() + 1, *b = y.data() + 1;
    const double scale = 1 + static_cast<double>(n);
    EXPECT_NEAR(table().dot(n, a, b), reference().dot(n, a, b), 1e-6 * scale);
    EXPECT_NEAR(table().sum(n, a), reference().sum(n, a), 1e-14 * scale);
    EXPECT_NEAR(table().sum_of_squares(n, a), reference().sum_of_squares(n, a), 1e-13 * scale);
    EXPECT_EQ(table().max(n, a), reference().max(n, a));
    EXPECT_EQ(table().max(n, a), n ? *std::max_element(a, a + n) : -infinity);
    if (n > 0) {
      EXPECT_NEAR(table().log_sum_exp(n, a), reference().log_sum_exp(n, a), 1e-6);
    }
  }
}

TEST_P(Kernels, MatrixTimesFewColumns) {
  for (const std::size_t M : {1u, 16u, 455u, 5000u})
    for (const std::size_t K : {1u, 7u, 20u})
      for (std::size_t N = 1; N <= kFewColumns; ++N) {
        const std::size_t ldw = M + 3, ldx = K + 1, ldy = M + 2;
        const Values W = normal(ldw * K, 1), X = normal(ldx * N, 2);
        Values want = normal(ldy * N, 3), got = want;
        reference().few_columns(M, N, K, W.data(), ldw, X.data(), ldx, want.data(), ldy);
        table().few_columns(M, N, K, W.data(), ldw, X.data(), ldx, got.data(), ldy);
        for (std::size_t i = 0; i < got.size(); ++i)
          ASSERT_NEAR(got[i], want[i], 3e-6 * double(K + 1)) << M << " " << N << " " << K;
      }
}

TEST_P(Kernels, SumsHoldLargeNumbers) {
  const Values large(1000, 1e30f);
  EXPECT_NEAR(table().sum_of_squares(1000, large.data()) / 1e63, 1, 1e-6);
  EXPECT_NEAR(table().sum(1000, large.data()) / 1e33, 1, 1e-6);
}

TEST_P(Kernels, SumsDoNotDependOnTheAlignment) {
  // Else the same run would differ with the addresses that it gets.
  const Values x = normal(777, 1);
  double want[3] = {};
  for (std::size_t offset = 0; offset < 17; ++offset) {
    Values moved(800);
    std::copy(x.begin(), x.end(), moved.begin() + static_cast<std::ptrdiff_t>(offset));
    const real* a = moved.data() + offset;
    const double got[3] = {table().dot(777, a, x.data()), table().sum(777, a),
                           table().log_sum_exp(777, a)};
    if (offset == 0) std::copy(got, got + 3, want);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(got[i], want[i]) << offset;
  }
}

TEST_P(Kernels, LogSumExpAtTheEdges) {
  const auto of = [&](const Values& x) { return table().log_sum_exp(x.size(), x.data()); };
  EXPECT_EQ(of({}), -infinity);
  EXPECT_EQ(of({-infinity, -infinity}), -infinity);
  EXPECT_EQ(of({1, infinity}), infinity);
  EXPECT_TRUE(std::isnan(of({1, nan, 2})));
  EXPECT_NEAR(of({-infinity, 3}), 3, 1e-6);
  EXPECT_NEAR(of({1000, 1000}), 1000 + std::log(2.0), 1e-4);
  EXPECT_NEAR(of({-1e30f, -1e30f}) / 1e30, -1, 1e-6);
  EXPECT_NEAR(of(Values(100000, 5)), 5 + std::log(1e5), 1e-5);
}

TEST_P(Kernels, ProbabilitiesAddUpToOne) {
  const Values x = normal(10000, 1);
  Values p(10000, nan);
  const real shift = static_cast<real>(table().log_sum_exp(x.size(), x.data()));
  table().scaled_exp(x.size(), 1, shift, x.data(), 0, p.data());
  EXPECT_NEAR(table().sum(p.size(), p.data()), 1, 2e-6);
}

// ---- The choice of a table.

TEST(Dispatch, OffersTheReferenceFirst) {
  ASSERT_GE(runnable().size(), 2u);
  EXPECT_EQ(runnable().front(), &reference());
  EXPECT_STREQ(runnable()[1]->name, "portable");
}

TEST(DispatchDeathTest, ObeysTheEnvironment) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const Elementwise* table : runnable()) {
    setenv("WEFT_KERNELS", table->name, 1);
    EXPECT_EXIT(std::_Exit(&elementwise() == table ? 0 : 1), testing::ExitedWithCode(0), "");
  }
  setenv("WEFT_KERNELS", "abacus", 1);
  const auto refuse = [] {
    try {
      elementwise();
    } catch (const UserError& error) {
      std::fputs(error.what(), stderr);
      std::_Exit(2);
    }
    std::_Exit(0);
  };
  EXPECT_EXIT(refuse(), testing::ExitedWithCode(2), "'abacus'.*reference, portable");
  unsetenv("WEFT_KERNELS");
  EXPECT_EXIT(std::_Exit(&elementwise() == runnable().back() ? 0 : 1), testing::ExitedWithCode(0),
              "");
}

}  // namespace
}  // namespace weft::kernels
