// A product with a weight, its bias and its activation as one operation.

#include "models/core/activation_functions.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"
#include "models/core/recurrent_common.h"
#include "models/core/weight_product.h"

namespace weft {
namespace {

using kernels::Transpose;

/// y = f(z + b) column by column, z being y itself unless backward will need it.
void add_bias_and_activate(Matrix& z, const Matrix* b, Activation activation, Matrix& y) {
  kernels::parallel_for(z.n_cols, kernels::columns_of_a_pass(z.n_rows),
                        [&](std::size_t begin, std::size_t end) {
                          const auto& kernel = kernels::elementwise();
                          for (std::size_t n = begin; n < end; ++n) {
                            if (b) kernel.axpby(z.n_rows, 1, b->memptr(), 1, z.colptr(n));
                            apply_activation(activation, z.n_rows, z.colptr(n), y.colptr(n));
                          }
                        });
}

/// dz = f'(z) dy and db += its row sums. Each thread has a band of rows, so that the order of
/// additions is always the same.
void gradients_of_sums(const Matrix& z, const Matrix& y, const Matrix& dy, Activation activation,
                       const GradientTarget& bias, Matrix& dz) {
  if (bias && bias.beta == 0) bias.matrix->zeros();
  kernels::parallel_for(
      dy.n_rows, kernels::columns_of_a_pass(dy.n_cols), [&](std::size_t begin, std::size_t end) {
        const auto& kernel = kernels::elementwise();
        const std::size_t count = end - begin;
        for (Index n = 0; n < dy.n_cols; ++n) {
          activation_gradient(activation, count, z.colptr(n) + begin, y.colptr(n) + begin,
                              dy.colptr(n) + begin, 0, dz.colptr(n) + begin);
          if (bias) kernel.axpby(count, 1, dz.colptr(n) + begin, 1, bias.matrix->memptr() + begin);
        }
      });
}

Var fused(Tape& tape, Var W, Var x, Var b, Activation activation, Transpose transpose) {
  const Index M = transpose == Transpose::yes ? W.cols() : W.rows(), N = x.cols();
  Var y = tape.output(M, N, {W, x, b});
  Matrix& value = tape.value(y);
  const bool keep_sums = tape.training() && gradient_needs_sums(activation);
  real* sums = keep_sums ? tape.scratch_array<real>(M * N) : value.memptr();
  if (transpose == Transpose::yes)
    transposed_weight_product(W, x.value().memptr(), N, sums);
  else
    weight_product(W, x.value().memptr(), N, 0, sums);
  Matrix z(sums, M, N, false, true);
  add_bias_and_activate(z, b ? &b.value() : nullptr, activation, value);

  tape.record(y, [=](Tape& t) {
    const Matrix& dy = *y.gradient();
    const GradientTarget bias = b ? t.target(b) : GradientTarget{};
    const Matrix kept(sums, M, N, false, true);
    Matrix dz = t.scratch(M, N);
    gradients_of_sums(kept, y.value(), dy, activation, bias, dz);
    if (transpose == Transpose::yes)
      transposed_input_gradients(t, x, W, {}, dz);
    else
      input_gradients(t, x, W, {}, dz);
  });
  return y;
}

}  // namespace

Var dense(Tape& tape, Var W, Var x, Var b, Activation activation) {
  if (activation == Activation::linear) return affine(tape, W, x, b);
  if (activation == Activation::noisy_relu && tape.training())
    return activate(tape, affine(tape, W, x, b), activation);
  return fused(tape, W, x, b, activation, Transpose::no);
}

Var dense_transposed(Tape& tape, Var W, Var x, Var b, Activation activation) {
  if (activation == Activation::noisy_relu && tape.training())
    return activate(tape, fused(tape, W, x, b, Activation::linear, Transpose::yes), activation);
  return fused(tape, W, x, b, activation, Transpose::yes);
}

}  // namespace weft
