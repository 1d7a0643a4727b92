#include "models/core/step_product.h"

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/precision.h"
#include "models/core/kernels/transpose.h"
#include "models/core/weight_product.h"

namespace weft {
namespace {

using kernels::Precision;
using kernels::Transpose;

/// Laying a weight out costs as much as two or three products with it.
constexpr int kFewSteps = 4;

real* allocate(Tape& tape, StepMemory place, Index count) {
  return place == StepMemory::workspace ? tape.workspace<real>(count)
                                        : tape.scratch_array<real>(count);
}

}  // namespace

StepProduct::StepProduct(Tape& tape, Var W, Transpose transpose, int steps, Index examples,
                         StepMemory memory)
    : W_(W), transposed_(nullptr, 0, 0, false, true) {
  const bool few = steps < kFewSteps || examples <= kernels::kFewColumns;
  if (!few && !W.quantized() && !W.laid_out() && lay_out(tape, transpose, examples, memory)) return;
  if (transpose == Transpose::no) return;
  // A product with a tall transposed matrix and twenty columns runs at a third of the speed.
  real* numbers = allocate(tape, memory, W.rows() * W.cols());
  kernels::transpose(W.rows(), W.cols(), W.value().memptr(), numbers);
  transposed_.~Matrix();
  new (&transposed_) Matrix(numbers, W.cols(), W.rows(), false, true);
}

bool StepProduct::lay_out(Tape& tape, Transpose transpose, Index examples, StepMemory place) {
  const bool in_bf16 = kernels::precision() == Precision::bf16;
  if (in_bf16 && kernels::has_bf16_products()) {
    bf16_.emplace(transpose, W_.value(), examples);
    return true;
  }
  const auto* kernel = kernels::product_kernel();
  if (!kernel) return false;
  const bool swap = transpose == Transpose::yes;
  const Index rows = swap ? W_.cols() : W_.rows(), depth = swap ? W_.rows() : W_.cols();
  const Index size = kernels::banded_size(*kernel, rows, depth);
  real* memory = allocate(tape, place, size + (in_bf16 ? depth * examples : 0));
  banded_ = kernels::lay_out(*kernel, swap, W_.value(), memory);
  if (in_bf16) {
    kernels::round_to_bf16(size, memory, memory);
    rounded_columns_ = memory + size;
  }
  return true;
}

void StepProduct::operator()(const real* X, Index N, real beta, real* Y) const {
  if (bf16_) return bf16_->multiply(X, N, beta, Y);
  if (banded_) {
    if (rounded_columns_) {
      kernels::round_to_bf16(N * banded_.depth, X, rounded_columns_);
      X = rounded_columns_;
    }
    const kernels::ProductStart start{beta == 0 ? nullptr : Y, banded_.rows};
    return kernels::banded_product(*kernels::product_kernel(), banded_, X, N, start, Y);
  }
  if (transposed_.is_empty()) return weight_product(W_, X, N, beta, Y);
  const Index M = transposed_.n_rows, K = transposed_.n_cols;
  kernels::gemm(Transpose::no, Transpose::no, M, N, K, 1, transposed_.memptr(), M, X, K, beta, Y,
                M);
}

}  // namespace weft
