#include "models/core/kernels/gemm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "models/core/kernels/parallel.h"

namespace weft::kernels {
namespace {

constexpr real nan = std::numeric_limits<real>::quiet_NaN();

/// A column-major array of `columns` columns of `leading` numbers.
std::vector<real> numbers(Index leading, Index columns, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<real> uniform(-1, 1);
  std::vector<real> result(leading * columns);
  for (real& x : result) x = uniform(generator);
  return result;
}

struct Product {
  bool transpose_a, transpose_b;
  Index M, N, K, padding;
  real alpha, beta;
};

Transpose flag(bool transposed) { return transposed ? Transpose::yes : Transpose::no; }

/// Compares with the triple loop; rows between M and the leading dimension must stay as they were.
void check(const Product& p) {
  SCOPED_TRACE(testing::Message() << p.transpose_a << p.transpose_b << " " << p.M << "x" << p.N
                                  << "x" << p.K << " +" << p.padding << " " << p.alpha << " "
                                  << p.beta);
  const Index lda = (p.transpose_a ? p.K : p.M) + p.padding;
  const Index ldb = (p.transpose_b ? p.N : p.K) + p.padding, ldc = p.M + p.padding;
  const auto A = numbers(lda, p.transpose_a ? p.M : p.K, 1);
  const auto B = numbers(ldb, p.transpose_b ? p.K : p.N, 2);
  const auto before = p.beta == 0 ? std::vector<real>(ldc * p.N, nan) : numbers(ldc, p.N, 3);
  auto C = before, again = before;
  gemm(flag(p.transpose_a), flag(p.transpose_b), p.M, p.N, p.K, p.alpha, A.data(), lda, B.data(),
       ldb, p.beta, C.data(), ldc);
  gemm(flag(p.transpose_a), flag(p.transpose_b), p.M, p.N, p.K, p.alpha, A.data(), lda, B.data(),
       ldb, p.beta, again.data(), ldc);
  EXPECT_TRUE(C.empty() || std::memcmp(C.data(), again.data(), C.size() * sizeof(real)) == 0);
  for (Index n = 0; n < p.N; ++n) {
    for (Index m = 0; m < ldc; ++m) {
      const Index at = n * ldc + m;
      if (m >= p.M) {
        ASSERT_EQ(std::memcmp(&C[at], &before[at], sizeof(real)), 0) << "row " << m;
        continue;
      }
      double want = 0;
      for (Index k = 0; k < p.K; ++k) {
        want += static_cast<double>(p.transpose_a ? A[m * lda + k] : A[k * lda + m]) *
                (p.transpose_b ? B[k * ldb + n] : B[n * ldb + k]);
      }
      want *= p.alpha;
      if (p.beta != 0) want += static_cast<double>(p.beta) * before[at];
      ASSERT_NEAR(C[at], want, 1e-6 * (1 + static_cast<double>(p.K)))
          << "row " << m << " column " << n;
    }
  }
}

TEST(Gemm, AgreesWithTheTripleLoop) {
  for (const bool transpose_a : {false, true}) {
    for (const bool transpose_b : {false, true}) {
      for (const Index M : {1u, 5u, 64u}) {
        for (const Index N : {1u, 3u, 33u}) {
          for (const Index K : {1u, 7u, 100u}) {
            for (const Index padding : {0u, 3u}) {
              for (const real beta : {real{0}, real{1}, 0.5f}) {
                check({transpose_a, transpose_b, M, N, K, padding, 1, beta});
              }
            }
          }
        }
      }
    }
  }
  check({false, false, 17, 9, 23, 1, -0.25f, 1});
}

TEST(Gemm, AgreesWhereThreadsShareTheWork) {
  const int before = threads();
  for (const int count : {1, 3}) {
    set_threads(count);
    check({false, false, 300, 40, 200, 0, 1, 0});
    check({true, false, 300, 40, 200, 0, 1, 1});
    check({false, true, 300, 40, 200, 0, 1, 0});
    check({false, false, 1200, 1, 900, 0, 1, 0});
    check({true, false, 1200, 1, 900, 0, 1, 0});
    check({false, false, 8, 8, 8, 0, 1, 0});  // too small to share
    EXPECT_EQ(threads(), count);
  }
  set_threads(before);
}

TEST(Gemm, AgreesWithColumnsAPageApart) {
  for (const real beta : {real{0}, real{1}}) {
    check({false, true, 1024, 20, 70, 0, 1, beta});
    check({false, true, 20, 1024, 70, 0, 1, beta});
    check({false, true, 1000, 12, 1100, 24, real{0.5}, beta});  // in two parts
  }
}

TEST(Gemm, WithoutATermScalesTheDestination) {
  for (const real beta : {real{0}, real{1}, 0.5f}) check({false, false, 4, 3, 0, 2, 1, beta});
  check({true, true, 4, 3, 0, 0, 1, 0});
}

TEST(Gemm, WithoutARowOrColumnTouchesNothing) {
  check({false, false, 0, 3, 5, 0, 1, 0});
  check({false, false, 3, 0, 5, 0, 1, 0});
  Matrix A(3, 0), B(0, 2), C(3, 2, arma::fill::ones), none(0, 0);
  gemm(Transpose::no, Transpose::no, none, none, 0, none);
  gemm(Transpose::no, Transpose::no, A, B, 1, C);
  EXPECT_EQ(arma::accu(C), 6);
  gemm(Transpose::no, Transpose::no, A, B, 0, C);
  EXPECT_EQ(arma::accu(C), 0);
}

TEST(Gemm, TakesWholeMatrices) {
  const Matrix A = {{1, 2, 3}, {4, 5, 6}}, B = {{1, 0}, {0, 1}, {1, 1}};
  Matrix C(2, 2);
  gemm(Transpose::no, Transpose::no, A, B, 0, C);
  EXPECT_TRUE(arma::approx_equal(C, Matrix{{4, 5}, {10, 11}}, "absdiff", 0));
  gemm(Transpose::yes, Transpose::yes, B, A, 0, C);
  EXPECT_TRUE(arma::approx_equal(C, Matrix{{4, 10}, {5, 11}}, "absdiff", 0));
  EXPECT_THROW(gemm(Transpose::yes, Transpose::no, A, B, 0, C), std::invalid_argument);
  Matrix wrong(3, 2);
  EXPECT_THROW(gemm(Transpose::no, Transpose::no, A, B, 0, wrong), std::invalid_argument);
}

TEST(Gemm, ShowsWhatIsNotFinite) {
  const Matrix A = {{1, nan}, {1, 1}}, B(2, 1, arma::fill::eye);
  Matrix C(2, 1);
  gemm(Transpose::no, Transpose::no, A, B, 0, C);
  EXPECT_TRUE(std::isnan(C(0, 0)));
  EXPECT_EQ(C(1, 0), 1);
}

TEST(Parallel, SetsTheNumberOfThreads) {
  const int before = threads();
  set_threads(3);
  EXPECT_EQ(threads(), 3);
  set_threads(0);
  EXPECT_GE(threads(), 1);
  EXPECT_THROW(set_threads(-1), std::invalid_argument);
  set_threads(before);
}

TEST(Parallel, CoversARangeOnceInOrderedParts) {
  const int before = threads();
  set_threads(3);
  for (const std::size_t count : {0u, 1u, 2u, 3u, 10u, 1000u}) {
    std::vector<std::atomic<int>> visits(count);
    std::atomic<int> parts = 0;
    parallel_for(count, 1, [&](std::size_t begin, std::size_t end) {
      ++parts;
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    for (const auto& visit : visits) EXPECT_EQ(visit, 1);
    EXPECT_EQ(parts, static_cast<int>(std::min<std::size_t>(count, 3)));
  }
  int calls = 0;  // fewer than `grain` a thread: one call, on this thread
  parallel_for(99, 50,
               [&](std::size_t begin, std::size_t end) { calls += begin == 0 && end == 99; });
  EXPECT_EQ(calls, 1);
  set_threads(before);
}

}  // namespace
}  // namespace weft::kernels
