#include "models/core/step_product.h"

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/transpose.h"
#include "models/core/weight_product.h"

namespace weft {
namespace {

using kernels::Transpose;

/// Laying a weight out costs as much as two or three products with it.
constexpr int kFewSteps = 4;

}  // namespace

StepProduct::StepProduct(Tape& tape, Var W, Transpose transpose, int steps, Index examples)
    : W_(W), transposed_(nullptr, 0, 0, false, true) {
  const bool swap = transpose == Transpose::yes;
  const auto* kernel = kernels::product_kernel();
  if (kernel && !W.quantized() && steps >= kFewSteps && examples > kernels::kFewColumns) {
    const Index size = swap ? kernels::banded_size(*kernel, W.cols(), W.rows())
                            : kernels::banded_size(*kernel, W.rows(), W.cols());
    banded_ = kernels::lay_out(*kernel, swap, W.value(), tape.scratch_array<real>(size));
  } else if (swap) {
    // A product with a tall transposed matrix and twenty columns runs at a third of the speed.
    real* memory = tape.scratch_array<real>(W.rows() * W.cols());
    kernels::transpose(W.rows(), W.cols(), W.value().memptr(), memory);
    transposed_.~Matrix();
    new (&transposed_) Matrix(memory, W.cols(), W.rows(), false, true);
  }
}

void StepProduct::operator()(const real* X, Index N, real beta, real* Y) const {
  if (banded_) {
    const kernels::ProductStart start{beta == 0 ? nullptr : Y, banded_.rows};
    kernels::banded_product(*kernels::product_kernel(), banded_, X, N, start, Y);
  } else if (transposed_.is_empty()) {
    weight_product(W_, X, N, beta, Y);
  } else {
    const Index M = transposed_.n_rows, K = transposed_.n_cols;
    kernels::gemm(Transpose::no, Transpose::no, M, N, K, 1, transposed_.memptr(), M, X, K, beta, Y,
                  M);
  }
}

}  // namespace weft
