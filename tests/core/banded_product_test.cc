// Products with a matrix laid out in bands: to the bit what a loop of multiply-adds gives.
#include "models/core/kernels/banded_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "models/core/kernels/parallel.h"
#include "models/core/step_product.h"

namespace weft {
namespace {

using namespace kernels;

constexpr real nan = std::numeric_limits<real>::quiet_NaN();

Matrix random_matrix(Index rows, Index columns, const char* name) {
  RandomStream random(7, name);
  Matrix matrix(rows, columns);
  for (real& x : matrix) x = static_cast<real>(random.normal());
  return matrix;
}

/// start + op(A) X, added up in the order of k.
Matrix expected(bool transposed, const Matrix& A, const Matrix& X, const Matrix& start) {
  Matrix Y = start;
  for (Index n = 0; n < X.n_cols; ++n)
    for (Index m = 0; m < Y.n_rows; ++m)
      for (Index k = 0; k < X.n_rows; ++k)
        Y(m, n) = std::fma(transposed ? A(k, m) : A(m, k), X(k, n), Y(m, n));
  return Y;
}

/// To the bit; under the sanitizers, where no product is fused with its sum, but for rounding.
bool same(const Matrix& a, const Matrix& b) {
#ifdef __SANITIZE_ADDRESS__
  return arma::approx_equal(a, b, "absdiff", real(1e-4));
#else
  return arma::all(arma::vectorise(a == b));
#endif
}

void check(const ProductKernel& kernel, bool transposed, Index M, Index N, Index K) {
  SCOPED_TRACE(testing::Message() << kernel.name << (transposed ? " transposed " : " ") << M << "x"
                                  << N << "x" << K);
  const Matrix A = random_matrix(transposed ? K : M, transposed ? M : K, "A");
  const Matrix X = random_matrix(K, N, "X"), old = random_matrix(M, N, "Y"),
               bias = random_matrix(M, 1, "b");
  std::vector<real> memory(banded_size(kernel, M, K), nan);
  const BandedMatrix banded = lay_out(kernel, transposed, A, memory.data());
  Matrix Y(M, N);
  Y.fill(nan);
  banded_product(kernel, banded, X.memptr(), N, {}, Y.memptr());
  EXPECT_TRUE(same(Y, expected(transposed, A, X, Matrix(M, N, arma::fill::zeros))));
  banded_product(kernel, banded, X.memptr(), N, {bias.memptr(), 0}, Y.memptr());
  EXPECT_TRUE(same(Y, expected(transposed, A, X, arma::repmat(bias, 1, N))));
  Y = old;
  banded_product(kernel, banded, X.memptr(), N, {Y.memptr(), M}, Y.memptr());
  EXPECT_TRUE(same(Y, expected(transposed, A, X, old)));
}

TEST(BandedProduct, IsTheSumInTheOrderOfItsTerms) {
  for (const ProductKernel* kernel : runnable_product_kernels())
    for (const bool transposed : {false, true})
      for (const Index M : {1u, 15u, 16u, 17u, 32u, 77u})
        for (const Index K : {1u, 16u, 37u})
          for (Index N = 1; N <= 23; ++N) check(*kernel, transposed, M, N, K);
}

TEST(BandedProduct, IsTheSameWithAnyNumberOfThreads) {
  const int before = threads();
  for (const int count : {1, 2, 3}) {
    set_threads(count);
    for (const ProductKernel* kernel : runnable_product_kernels()) {
      check(*kernel, false, 600, 20, 150);
      check(*kernel, true, 150, 64, 600);
    }
  }
  set_threads(before);
}

TEST(BandedProduct, TakesMatricesWithoutRowsColumnsOrTerms) {
  for (const ProductKernel* kernel : runnable_product_kernels()) {
    check(*kernel, false, 0, 3, 4);
    check(*kernel, false, 3, 0, 4);
    check(*kernel, true, 3, 2, 0);
  }
}

// Laid out or not, by few columns or many: a column is the same.
TEST(StepProduct, OfAColumnDependsOnNoOther) {
  ParameterStore store;
  Parameter& W = store.add("W", 70, 50, Initializer::normal(1));
  store.initialize(3);
  const Matrix X = random_matrix(50, 24, "X");
  Tape tape;
  Matrix together(70, 24), alone(70, 24);
  StepProduct(tape, tape.parameter(W), Transpose::no, 9, 24)(X.memptr(), 24, 0, together.memptr());
  for (Index n = 0; n < 24; ++n)
    StepProduct(tape, tape.parameter(W), Transpose::no, 9, 1)(X.colptr(n), 1, 0, alone.colptr(n));
  EXPECT_TRUE(!product_kernel() || same(together, alone));
  EXPECT_LT(arma::abs(together - alone).max(), 1e-4);
}

TEST(StepProduct, WithATransposedWeight) {
  ParameterStore store;
  Parameter& W = store.add("W", 70, 50, Initializer::normal(1));
  store.initialize(3);
  const Matrix X = random_matrix(70, 12, "X"), old = random_matrix(50, 12, "Y");
  Tape tape;
  for (const int steps : {1, 9}) {  // not worth laying out, and worth it
    Matrix Y = old;
    const StepProduct product(tape, tape.parameter(W), Transpose::yes, steps, 12);
    product(X.memptr(), 12, 1, Y.memptr());
    EXPECT_LT(arma::abs(Y - (W.value.t() * X + old)).max(), 1e-4);
    product(X.memptr(), 12, 0, Y.memptr());
    EXPECT_LT(arma::abs(Y - W.value.t() * X).max(), 1e-4);
  }
}

}  // namespace
}  // namespace weft
