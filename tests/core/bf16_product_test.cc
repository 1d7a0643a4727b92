// Products in bfloat16: both ways of taking them, against a loop over rounded numbers.
#include "models/core/kernels/bf16_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <thread>

#include "base/random.h"
#include "models/core/kernels/precision.h"
#include "models/core/step_product.h"

namespace weft {
namespace {

using namespace kernels;

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real nan = std::numeric_limits<real>::quiet_NaN();

real rounded(real x) {
  real y;
  round_to_bf16(1, &x, &y);
  return y;
}

Matrix rounded(const Matrix& X) {
  Matrix Y(X.n_rows, X.n_cols);
  round_to_bf16(X.n_elem, X.memptr(), Y.memptr());
  return Y;
}

Matrix random_matrix(Index rows, Index columns, const char* name) {
  RandomStream random(7, name);
  Matrix matrix(rows, columns);
  for (real& x : matrix) x = static_cast<real>(random.normal());
  return matrix;
}

TEST(RoundToBf16, GoesToTheNearestAndTiesToEven) {
  EXPECT_EQ(rounded(1.0f), 1.0f);
  EXPECT_EQ(rounded(1.0f + 0x1p-9f), 1.0f);
  EXPECT_EQ(rounded(1.0f + 0x1p-8f), 1.0f);                       // halfway, to even
  EXPECT_EQ(rounded(1.0f + 0x1p-8f + 0x1p-20f), 1.0f + 0x1p-7f);  // just above
  EXPECT_EQ(rounded(1.0f + 0x1.8p-7f), 1.0f + 0x1p-6f);           // halfway, to even
  EXPECT_EQ(rounded(-3.14159265f), -3.140625f);
  EXPECT_EQ(rounded(infinity), infinity);
  EXPECT_EQ(rounded(-infinity), -infinity);
  EXPECT_EQ(rounded(std::numeric_limits<real>::max()), infinity);
  EXPECT_TRUE(std::isnan(rounded(nan)));
  std::uint32_t all_ones = 0x7fffffff;
  real strange;
  std::memcpy(&strange, &all_ones, sizeof strange);
  EXPECT_TRUE(std::isnan(rounded(strange)));
  EXPECT_TRUE(std::signbit(rounded(-0.0f)));
}

/// Elements differ by less than sums in another order do.
void expect_close(const Matrix& got, const Matrix& expected, const char* what) {
  EXPECT_LT(arma::abs(got - expected).max(), 2e-5) << what;
}

TEST(Bf16Gemm, MultipliesRoundedNumbers) {
  const Index N = 21, K = 50, gap = 3;
  for (const Index M : {37u, 150u})  // the wider in oneDNN's blocks of 64
    for (const bool ta : {false, true})
      for (const bool tb : {false, true})
        for (const real beta : {real{0}, real{1}}) {
          SCOPED_TRACE(testing::Message() << ta << tb << " " << beta);
          const Matrix A = random_matrix((ta ? K : M) + gap, ta ? M : K, "A");
          const Matrix B = random_matrix((tb ? N : K) + gap, tb ? K : N, "B");
          const Matrix old = random_matrix(M + gap, N, "C");
          const Matrix a = rounded(Matrix(A.head_rows(ta ? K : M)));
          const Matrix b = rounded(Matrix(B.head_rows(tb ? N : K)));
          Matrix expected = old;
          expected.head_rows(M) =
              (ta ? Matrix(a.t()) : a) * (tb ? Matrix(b.t()) : b) + beta * old.head_rows(M);
          const auto flag = [](bool t) { return t ? Transpose::yes : Transpose::no; };
          for (const auto product : {bf16_gemm, onednn_bf16_gemm}) {
            if (product == onednn_bf16_gemm && !onednn_takes_bf16()) continue;
            Matrix C = old;
            product(flag(ta), flag(tb), M, N, K, A.memptr(), A.n_rows, B.memptr(), B.n_rows, beta,
                    C.memptr(), C.n_rows);
            expect_close(C, expected, product == bf16_gemm ? "ours" : "oneDNN's");
          }
          Matrix C = old;
          const PrecisionScope scope(Precision::bf16);
          gemm(flag(ta), flag(tb), M, N, K, 1, A.memptr(), A.n_rows, B.memptr(), B.n_rows, beta,
               C.memptr(), C.n_rows);
          expect_close(C, expected, "gemm");
        }
}

TEST(Bf16Weight, MultipliesAnyNumberOfColumns) {
  if (!onednn_takes_bf16()) GTEST_SKIP() << "oneDNN has no bfloat16 on this processor";
  const Matrix W = random_matrix(70, 45, "W");
  for (const Transpose transpose : {Transpose::no, Transpose::yes}) {
    const Matrix w = transpose == Transpose::yes ? Matrix(rounded(W).t()) : rounded(W);
    const Bf16Weight weight(transpose, W, 20);
    for (const Index N : {20u, 20u, 7u, 1u})
      for (const real beta : {real{0}, real{1}}) {
        const Matrix X = random_matrix(w.n_cols, N, "X"), old = random_matrix(w.n_rows, N, "Y");
        Matrix Y = old;
        weight.multiply(X.memptr(), N, beta, Y.memptr());
        expect_close(Y, w * rounded(X) + beta * old, "product");
      }
  }
}

TEST(StepProduct, RoundsInBf16) {
  ParameterStore store;
  Parameter& W = store.add("W", 70, 45, Initializer::normal(1));
  store.initialize(3);
  const PrecisionScope scope(Precision::bf16);
  for (const Transpose transpose : {Transpose::no, Transpose::yes})
    for (const int steps : {1, 9}) {
      const Matrix w =
          transpose == Transpose::yes ? Matrix(rounded(W.value).t()) : rounded(W.value);
      const Matrix X = random_matrix(w.n_cols, 12, "X"), old = random_matrix(w.n_rows, 12, "Y");
      Tape tape;
      Matrix Y = old;
      StepProduct(tape, tape.parameter(W), transpose, steps, 12)(X.memptr(), 12, 1, Y.memptr());
      expect_close(Y, w * rounded(X) + old, "step");
    }
}

TEST(PrecisionScope, EndsAndIsOfOneThread) {
  EXPECT_EQ(precision(), Precision::f32);
  {
    const PrecisionScope outer(Precision::bf16);
    {
      const PrecisionScope inner(Precision::f32);
      EXPECT_EQ(precision(), Precision::f32);
    }
    EXPECT_EQ(precision(), Precision::bf16);
    std::thread([] { EXPECT_EQ(precision(), Precision::f32); }).join();
  }
  EXPECT_EQ(precision(), Precision::f32);
}

}  // namespace
}  // namespace weft
