#include "models/core/recurrent_common.h"

#include <algorithm>
#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/gemm.h"
#include "models/core/kernels/parallel.h"
#include "models/core/weight_product.h"

namespace weft {

using kernels::Transpose;

SequenceShape kept_shape(Tape& tape, SequenceShape shape) {
  if (!shape.lengths) return shape;
  shape.lengths = tape.keep(shape.lengths, static_cast<std::size_t>(shape.examples));
  return shape;
}

StepOrder::StepOrder(Tape& tape, SequenceShape shape, Direction direction)
    : shape_(kept_shape(tape, shape)), direction_(direction) {}

std::size_t columns_a_thread(Index H) { return 1 + 1024 / (H + 1); }

void fill_columns(Matrix& y, const Matrix& b) {
  kernels::parallel_for(y.n_cols, 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t j = begin; j < end; ++j)
      std::memcpy(y.colptr(j), b.memptr(), y.n_rows * sizeof(real));
  });
}

real* input_product(Tape& tape, Var W, Var x, Var b) {
  Matrix sums = tape.scratch(W.rows(), x.cols());
  if (b) fill_columns(sums, b.value());
  weight_product(W, x.value().memptr(), x.cols(), b ? 1 : 0, sums.memptr());
  return sums.memptr();
}

const real* start_state(Tape& tape, Var state, Index H, Index B) {
  if (state) return state.value().memptr();
  real* zeros = tape.scratch_array<real>(H * B);
  std::fill_n(zeros, H * B, real{0});
  return zeros;
}

void copy_final_state(const StepOrder& order, const real* states, const real* start,
                      Matrix& final) {
  const int last = order.steps() - 1;
  const real* source = last < 0 ? start : states + order.step(last) * final.n_elem;
  std::memcpy(final.memptr(), source, final.n_elem * sizeof(real));
}

void copy_or_zero(const Matrix* source, Matrix& destination) {
  if (source)
    std::memcpy(destination.memptr(), source->memptr(), source->n_elem * sizeof(real));
  else
    destination.zeros();
}

StepProduct recurrent_product(Tape& tape, Var U, Transpose transpose, const StepOrder& order) {
  return StepProduct(tape, U, transpose, order.steps(), order.examples());
}

void pass_gradient_to_earlier_step(const StepProduct& U_transposed, const real* d_sums, Index rows,
                                   const StepOrder& order, int s, real beta, Matrix& dh) {
  // A padded sequence has d_sums = 0: keep its dh, take the product for the others.
  const Index B = order.examples();
  for (Index begin = 0; begin < B;) {
    Index end = begin + 1;
    const bool is_real = order.real_step(s, begin);
    while (end < B && order.real_step(s, end) == is_real) ++end;
    if (is_real) U_transposed(d_sums + begin * rows, end - begin, beta, dh.colptr(begin));
    begin = end;
  }
}

void add_row_sums(Tape& tape, Var b, const Matrix& d_sums) {
  const auto target = tape.target(b);
  if (!target) return;
  const auto& kernel = kernels::elementwise();
  if (target.beta == 0) target.matrix->zeros();
  // Each thread sums a band of rows, so that the order of additions is always the same.
  kernels::parallel_for(d_sums.n_rows, 256, [&](std::size_t begin, std::size_t end) {
    for (Index j = 0; j < d_sums.n_cols; ++j)
      kernel.axpby(end - begin, 1, d_sums.colptr(j) + begin, 1, target.matrix->memptr() + begin);
  });
}

void input_gradients(Tape& tape, Var x, Var W, Var b, const Matrix& d_sums) {
  if (auto target = tape.target(x))
    kernels::gemm(Transpose::yes, Transpose::no, W.value(), d_sums, target.beta, *target.matrix);
  if (auto target = tape.target(W))
    kernels::gemm(Transpose::no, Transpose::yes, d_sums, x.value(), target.beta, *target.matrix);
  if (b) add_row_sums(tape, b, d_sums);
}

void transposed_input_gradients(Tape& tape, Var x, Var W, Var b, const Matrix& d_sums) {
  if (auto target = tape.target(x))
    kernels::gemm(Transpose::no, Transpose::no, W.value(), d_sums, target.beta, *target.matrix);
  if (auto target = tape.target(W))
    kernels::gemm(Transpose::no, Transpose::yes, x.value(), d_sums, target.beta, *target.matrix);
  if (b) add_row_sums(tape, b, d_sums);
}

void recurrent_gradient(Tape& tape, Var U, const Matrix& d_sums, const Matrix& hidden,
                        const real* start_hidden, const StepOrder& order) {
  const auto target = tape.target(U);
  if (!target) return;
  const Index B = order.examples(), rows = d_sums.n_rows, H = hidden.n_rows;
  if (order.steps() == 0) {
    if (target.beta == 0) target.matrix->zeros();
    return;
  }
  kernels::gemm(Transpose::no, Transpose::yes, rows, H, B, 1, d_sums.colptr(order.step(0) * B),
                rows, start_hidden, H, target.beta, target.matrix->memptr(), rows);
  if (order.steps() == 1) return;
  // The sums of steps 1 … T−1 in the order taken, against the states one step before them.
  const bool forward = order.step(0) < order.step(1);
  const Index columns = (static_cast<Index>(order.steps()) - 1) * B;
  kernels::gemm(Transpose::no, Transpose::yes, rows, H, columns, 1, d_sums.colptr(forward ? B : 0),
                rows, hidden.colptr(forward ? 0 : B), H, 1, target.matrix->memptr(), rows);
}

}  // namespace weft
