// The XOR net of the textbooks, with weights set by hand (McCulloch & Pitts 1943; Minsky & Papert
// 1969 on why one layer cannot).
#include <gtest/gtest.h>

#include "models/core/ops.h"

namespace weft {
namespace {

/// g(W x + b) with a threshold g.
Matrix threshold_layer(const Matrix& W, const Matrix& b, const Matrix& x) {
  Tape tape;
  return dense(tape, tape.constant(W), tape.constant(x), tape.constant(b), Activation::step)
      .value();
}

const Matrix kInputs = {{0, 0, 1, 1}, {0, 1, 0, 1}};

// v1 = g(−0.5 + x1 − x2), v2 = g(−0.5 − x1 + x2), y = g(−0.5 + v1 + v2)
TEST(XorNet, WithWeightsSetByHand) {
  const Matrix v =
      threshold_layer({{1, -1}, {-1, 1}}, Matrix(std::vector<real>{-0.5, -0.5}), kInputs);
  const Matrix y = threshold_layer({{1, 1}}, Matrix(std::vector<real>{-0.5}), v);
  EXPECT_TRUE(arma::approx_equal(v, Matrix{{0, 0, 1, 0}, {0, 1, 0, 0}}, "absdiff", 0));
  EXPECT_TRUE(arma::approx_equal(y, Matrix{{0, 1, 1, 0}}, "absdiff", 0));
}

}  // namespace
}  // namespace weft
