// Layer-normalised LSTM over a whole ragged sequence.

#include <algorithm>
#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/lstm_steps.h"

namespace weft {
namespace {

using kernels::Transpose;

constexpr real kEpsilon = static_cast<real>(1e-5);

// Columns that were standardized, and 1 / deviation of each.
struct Standardized {
  real* values;   // rows × (T·B)
  real* factors;  // T·B
  Index rows;

  static Standardized make(Tape& tape, Index rows, Index columns) {
    return {tape.scratch_array<real>(rows * columns), tape.scratch_array<real>(columns), rows};
  }
  real* column(Index j) const { return values + j * rows; }
  void standardize(Index j) const {
    factors[j] = kernels::elementwise().standardize(rows, kEpsilon, column(j));
  }
  // The gradient of column j becomes that of what it was before.
  void backward(Index j, real* d) const {
    kernels::elementwise().standardize_backward(rows, factors[j], column(j), d);
  }
};

// Everything backward needs; plain values, so that the tape may keep it.
struct LayerNormPass {
  Var x, W, U, b, h0, c0;
  LayerNormGains gains;
  RecurrentResult result;
  LstmSteps steps;
  Standardized input, recurrent;  // W x and U h, 4H
  Standardized cell;              // c, H
  real* squashed;                 // H × (T·B): tanh of the normalised cell; then d its argument
  real *d_output, *d_cell;        // H × B, of one step

  // body(j, n, is_real): column j of step s, which is column n of all.
  template <class Body>
  void for_columns(int s, const Body& body) const {
    const Index B = steps.order.examples(), t = steps.order.step(s) * B;
    kernels::parallel_for(B, columns_a_thread(steps.H), [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) body(j, t + j, steps.order.real_step(s, j));
    });
  }
};

void scale(Var gain, const real* x, real* y) {
  kernels::elementwise().multiply(gain.rows(), x, gain.value().memptr(), 0, y);
}

// gates = γ_x ∘ input + γ_h ∘ recurrent + b
void sum_up(const LayerNormPass& pass, Index n) {
  const auto& kernel = kernels::elementwise();
  const Index rows = 4 * pass.steps.H;
  real* gates = pass.steps.gates + n * rows;
  scale(pass.gains.input, pass.input.column(n), gates);
  kernel.multiply(rows, pass.recurrent.column(n), pass.gains.recurrent.value().memptr(), 1, gates);
  kernel.axpby(rows, 1, pass.b.value().memptr(), 1, gates);
}

// h = o ∘ tanh(γ_c ∘ standardized c + β_c) instead of the plain cell's.
void normalise_cell(const LayerNormPass& pass, Index n, real* h) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.steps.H;
  std::memcpy(pass.cell.column(n), pass.steps.cell + n * H, H * sizeof(real));
  pass.cell.standardize(n);
  real* squashed = pass.squashed + n * H;
  scale(pass.gains.cell, pass.cell.column(n), squashed);
  kernel.axpby(H, 1, pass.gains.cell_bias.value().memptr(), 1, squashed);
  kernel.tanh(H, squashed, squashed);
  kernel.multiply(H, pass.steps.gates + n * 4 * H + 3 * H, squashed, 0, h);
}

void layer_norm_forward(Tape& tape, const LayerNormPass& pass) {
  const LstmSteps& steps = pass.steps;
  const Index B = steps.order.examples();
  const StepProduct U = recurrent_product(tape, pass.U, Transpose::no, steps.order);
  Matrix& hidden = tape.value(pass.result.hidden);
  kernels::parallel_for(steps.order.columns(), columns_a_thread(steps.H),
                        [&](auto begin, auto end) {
                          for (std::size_t n = begin; n < end; ++n) pass.input.standardize(n);
                        });
  for (int s = 0; s < steps.order.steps(); ++s) {
    U(steps.hidden_before(s, hidden), B, 0, pass.recurrent.column(steps.order.step(s) * B));
    pass.for_columns(s, [&](Index, Index n, bool) {
      pass.recurrent.standardize(n);
      sum_up(pass, n);
    });
    steps.forward(s, hidden);
    pass.for_columns(s, [&](Index, Index n, bool is_real) {
      if (is_real) normalise_cell(pass, n, hidden.colptr(n));
    });
  }
}

// From dh to the gradient of the output gate's sums, and that of the cell, which dc takes up.
void output_backward(const LayerNormPass& pass, Index j, Index n, const real* dh, real* dc) {
  const Index H = pass.steps.H;
  const real* out = pass.steps.gates + n * 4 * H + 3 * H;
  const real* gain = pass.gains.cell.value().memptr();
  real* squashed = pass.squashed + n * H;
  real *d_output = pass.d_output + j * H, *d_cell = pass.d_cell + j * H;
#pragma omp simd
  for (Index k = 0; k < H; ++k) {
    const real y = squashed[k], o = out[k];
    d_output[k] = dh[k] * y * o * (1 - o);
    squashed[k] = dh[k] * o * (1 - y * y);
    d_cell[k] = squashed[k] * gain[k];
  }
  pass.cell.backward(n, d_cell);
  kernels::elementwise().axpby(H, 1, d_cell, 1, dc);
}

// d_recurrent: the gradient of U h, 4H × (T·B).
void step_backward(const LayerNormPass& pass, int s, LstmEnd& at, Matrix& no_dh,
                   Matrix& d_recurrent) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.steps.H, B = pass.steps.order.examples();
  if (const Matrix* d_hidden = pass.result.hidden.gradient())
    kernel.axpby(H * B, 1, d_hidden->colptr(pass.steps.order.step(s) * B), 1, at.dh.memptr());
  pass.for_columns(s, [&](Index j, Index n, bool is_real) {
    if (is_real) return output_backward(pass, j, n, at.dh.colptr(j), at.dc.colptr(j));
    std::fill_n(pass.squashed + n * H, H, real{0});
    std::fill_n(pass.cell.column(n), H, real{0});
  });
  pass.steps.backward(s, nullptr, no_dh, at.dc);
  pass.for_columns(s, [&](Index j, Index n, bool is_real) {
    real* d_sums = pass.steps.gates + n * 4 * H;
    if (is_real) std::memcpy(d_sums + 3 * H, pass.d_output + j * H, H * sizeof(real));
    scale(pass.gains.recurrent, d_sums, d_recurrent.colptr(n));
    pass.recurrent.backward(n, d_recurrent.colptr(n));
  });
}

// gain's gradient: the row sums of d ∘ values.
void gain_gradient(Tape& tape, Var gain, const Matrix& d, const Standardized& standardized) {
  const auto target = tape.target(gain);
  if (!target) return;
  const auto& kernel = kernels::elementwise();
  if (target.beta == 0) target.matrix->zeros();
  kernels::parallel_for(d.n_rows, 256, [&](std::size_t begin, std::size_t end) {
    for (Index n = 0; n < d.n_cols; ++n)
      kernel.multiply(end - begin, d.colptr(n) + begin, standardized.column(n) + begin, 1,
                      target.matrix->memptr() + begin);
  });
}

void parameter_gradients(const LayerNormPass& pass, Tape& tape, Matrix& d_product) {
  const LstmSteps& steps = pass.steps;
  const Matrix d_sums = steps.d_sums();
  const Matrix d_normalised(pass.squashed, steps.H, d_sums.n_cols, false, true);
  add_row_sums(tape, pass.b, d_sums);
  gain_gradient(tape, pass.gains.input, d_sums, pass.input);
  gain_gradient(tape, pass.gains.recurrent, d_sums, pass.recurrent);
  gain_gradient(tape, pass.gains.cell, d_normalised, pass.cell);
  add_row_sums(tape, pass.gains.cell_bias, d_normalised);
  recurrent_gradient(tape, pass.U, d_product, pass.result.hidden.value(), steps.start_hidden,
                     steps.order);
  kernels::parallel_for(d_sums.n_cols, columns_a_thread(steps.H), [&](auto begin, auto end) {
    for (std::size_t n = begin; n < end; ++n) {
      scale(pass.gains.input, d_sums.colptr(n), d_product.colptr(n));
      pass.input.backward(n, d_product.colptr(n));
    }
  });
  input_gradients(tape, pass.x, pass.W, {}, d_product);
}

void layer_norm_backward(const LayerNormPass& pass, Tape& tape) {
  const LstmSteps& steps = pass.steps;
  const Index H = steps.H, B = steps.order.examples();
  LstmEnd at(tape, pass.result);
  Matrix no_dh = tape.scratch(H, B), d_product = tape.scratch(4 * H, steps.order.columns());
  no_dh.zeros();
  const StepProduct U_transposed = recurrent_product(tape, pass.U, Transpose::yes, steps.order);
  for (int s = steps.order.steps() - 1; s >= 0; --s) {
    step_backward(pass, s, at, no_dh, d_product);
    pass_gradient_to_earlier_step(U_transposed, d_product.colptr(steps.order.step(s) * B), 4 * H,
                                  steps.order, s, 0, at.dh);
  }
  parameter_gradients(pass, tape, d_product);
  finish_lstm_backward(tape, pass.h0, pass.c0, at);
}

}  // namespace

RecurrentResult layer_norm_lstm(Tape& tape, Var x, Var W, Var U, Var b, const LayerNormGains& gains,
                                Var h0, Var c0, SequenceShape shape, Direction direction) {
  LayerNormPass pass{};
  pass.x = x, pass.W = W, pass.U = U, pass.b = b, pass.h0 = h0, pass.c0 = c0;
  pass.gains = gains;
  const StepOrder order(tape, shape, direction);
  const Index H = U.cols(), B = order.examples(), columns = order.columns();
  pass.result =
      lstm_result(tape, H, order,
                  {x, W, U, b, gains.input, gains.recurrent, gains.cell, gains.cell_bias, h0, c0});
  pass.steps = LstmSteps::make(tape, h0, c0, H, order);
  pass.steps.gates = tape.scratch_array<real>(4 * H * columns);
  pass.input = {input_product(tape, W, x, {}), tape.scratch_array<real>(columns), 4 * H};
  pass.recurrent = Standardized::make(tape, 4 * H, columns);
  pass.cell = Standardized::make(tape, H, columns);
  pass.squashed = tape.scratch_array<real>(H * columns);
  pass.d_output = tape.scratch_array<real>(H * B);
  pass.d_cell = tape.scratch_array<real>(H * B);
  layer_norm_forward(tape, pass);
  return finish_lstm(tape, pass, layer_norm_backward);
}

}  // namespace weft
