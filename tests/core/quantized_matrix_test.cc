// Weights of eight bits: kernels against plain loops, products against those in float.
#include "models/core/quantized_matrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "models/core/kernels/integer_product.h"
#include "models/core/kernels/parallel.h"

namespace weft {
namespace {

using namespace kernels;

TEST(IntegerProduct, AllKernelsGiveTheSameIntegers) {
  RandomStream random(1, "test");
  for (const IntegerProduct* product : runnable_integer_products())
    for (const std::size_t quads : {1u, 2u, 7u, 163u})
      for (std::size_t blocks = 1; blocks <= kTileBlocks; ++blocks)
        for (std::size_t columns = 1; columns <= kTileColumns; ++columns) {
          const std::size_t stride = quads * kQuadInputs + 3;
          std::vector<std::int8_t> weights(blocks * quads * kBlockQuadBytes);
          std::vector<std::uint8_t> x(stride * columns);
          // The largest products of all are among them.
          for (auto& weight : weights)
            weight = random.below(4) ? std::int8_t(random.below(256)) : 127;
          for (auto& input : x) input = random.below(4) ? std::uint8_t(random.below(256)) : 255;
          std::vector<std::int32_t> expected(blocks * columns * kBlockOutputs), sums(expected);
          integer_reference().tile(quads, blocks, weights.data(), columns, x.data(), stride,
                                   expected.data());
          product->tile(quads, blocks, weights.data(), columns, x.data(), stride, sums.data());
          EXPECT_EQ(sums, expected)
              << product->name << " " << quads << " " << blocks << " " << columns;
        }
}

Matrix random_matrix(Index rows, Index columns, const char* name) {
  RandomStream random(7, name);
  Matrix matrix(rows, columns);
  for (real& x : matrix) x = static_cast<real>(random.normal());
  return matrix;
}

Matrix dequantized(const QuantizedMatrix& W) {
  Matrix table(W.inputs, W.outputs);
  for (Index o = 0; o < W.outputs; ++o) dequantize(W, o, 1, 0, table.colptr(o));
  return table;
}

TEST(QuantizedMatrix, RoundsToTheNearestOf255) {
  const Matrix weights = random_matrix(37, 50, "weights");
  for (const bool columns : {false, true}) {
    const QuantizedStorage storage(weights, columns);
    const Matrix back = dequantized(storage.view());
    const Matrix expected = columns ? weights : Matrix(weights.t());
    for (Index o = 0; o < expected.n_cols; ++o) {
      const real step = arma::abs(expected.col(o)).max() / 127;
      EXPECT_LE(arma::abs(expected.col(o) - back.col(o)).max(), step * real(0.5001));
    }
  }
}

// The product is exact but for the rounding of the inputs.
TEST(QuantizedMatrix, ProductIsNearThatOfItsNumbers) {
  for (const Index outputs : {1u, 16u, 65u, 130u})
    for (const Index inputs : {1u, 4u, 50u})
      for (const Index N : {1u, 3u, 9u}) {
        const QuantizedStorage storage(random_matrix(outputs, inputs, "weights"), false);
        const Matrix X = random_matrix(inputs, N, "inputs"), start = random_matrix(outputs, N, "y");
        const Matrix W = dequantized(storage.view()).t();
        for (const real beta : {real(0), real(0.5)}) {
          Matrix Y = start;
          quantized_product(storage.view(), X.memptr(), N, beta, Y.memptr());
          const Matrix expected = W * X + beta * start;
          for (Index n = 0; n < N; ++n) {
            const double step = arma::abs(X.col(n)).max() / 127;
            for (Index o = 0; o < outputs; ++o)
              EXPECT_NEAR(Y(o, n), expected(o, n),
                          step * 0.51 * arma::accu(arma::abs(W.row(o))) + 1e-5);
          }
        }
      }
}

TEST(QuantizedMatrix, AColumnDependsOnNoOtherAndOnNoThread) {
  const QuantizedStorage storage(random_matrix(3000, 300, "weights"), false);
  const Matrix X = random_matrix(300, 7, "inputs");
  Matrix together(3000, 7), alone(3000, 1);
  set_threads(2);
  quantized_product(storage.view(), X.memptr(), 7, 0, together.memptr());
  set_threads(1);
  for (Index n = 0; n < 7; ++n) {
    quantized_product(storage.view(), X.colptr(n), 1, 0, alone.memptr());
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.colptr(n))) << n;
  }
}

TEST(QuantizedMatrix, OddInputs) {
  const QuantizedStorage storage(Matrix(20, 20, arma::fill::ones), false);
  Matrix x(20, 1, arma::fill::zeros), y(20, 1);
  quantized_product(storage.view(), x.memptr(), 1, 0, y.memptr());
  EXPECT_EQ(arma::abs(y).max(), 0);
  x.fill(std::numeric_limits<real>::denorm_min());
  quantized_product(storage.view(), x.memptr(), 1, 0, y.memptr());
  EXPECT_TRUE(y.is_finite());
  x[3] = std::numeric_limits<real>::quiet_NaN();
  quantized_product(storage.view(), x.memptr(), 1, 0, y.memptr());  // only shall not crash
  const QuantizedStorage zeros(Matrix(20, 20, arma::fill::zeros), false);
  x.ones();
  quantized_product(zeros.view(), x.memptr(), 1, 0, y.memptr());
  EXPECT_EQ(arma::abs(y).max(), 0);
}

}  // namespace
}  // namespace weft
