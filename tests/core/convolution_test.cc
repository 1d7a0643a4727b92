// oneDNN's convolutions against the loops.
#include "models/core/kernels/convolution.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace weft {
namespace {

using kernels::ConvolutionShape;

Matrix random_columns(Index rows, Index columns, const char* name) {
  RandomStream random(1, name);
  Matrix matrix(rows, columns);
  for (real& number : matrix) number = static_cast<real>(random.normal());
  return matrix;
}

void expect_close(const Matrix& actual, const Matrix& expected) {
  EXPECT_LE(arma::abs(actual - expected).max(), 1e-4 * arma::abs(expected).max());
}

TEST(ConvolutionKernels, AreAsTheLoops) {
  for (const ConvolutionShape& s :
       {ConvolutionShape{1, 28, 28, 16, 3, 2, 1}, ConvolutionShape{16, 14, 14, 32, 3, 2, 1},
        ConvolutionShape{3, 7, 5, 4, 3, 2, 1}, ConvolutionShape{2, 6, 6, 5, 5, 1, 0}})
    for (const Index N : {1, 5}) {
      const Matrix W = random_columns(s.outputs, s.weight_columns(), "W");
      const Matrix X = random_columns(s.input_size(), N, "X");
      const Matrix Y = random_columns(s.output_size(), N, "Y");
      Matrix fast(s.output_size(), N), slow(s.output_size(), N);
      kernels::convolve(s, W.memptr(), X.memptr(), N, fast.memptr());
      kernels::loops::convolve(s, W.memptr(), X.memptr(), N, slow.memptr());
      expect_close(fast, slow);
      Matrix fast_back(s.input_size(), N), slow_back(s.input_size(), N);
      kernels::convolve_back(s, W.memptr(), Y.memptr(), N, fast_back.memptr());
      kernels::loops::convolve_back(s, W.memptr(), Y.memptr(), N, slow_back.memptr());
      expect_close(fast_back, slow_back);
      Matrix fast_weights(s.outputs, s.weight_columns()), slow_weights = fast_weights;
      kernels::convolve_weights(s, X.memptr(), Y.memptr(), N, fast_weights.memptr());
      kernels::loops::convolve_weights(s, X.memptr(), Y.memptr(), N, slow_weights.memptr());
      expect_close(fast_weights, slow_weights);
    }
}

}  // namespace
}  // namespace weft
