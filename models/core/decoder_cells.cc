#include "models/core/decoder_cells.h"

#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/gemm.h"

namespace weft {

using kernels::Transpose;

DecoderCell DecoderCell::make(Tape& tape, GatedCell kind, const DecoderLayer& vars, Var y,
                              SequenceShape shape) {
  DecoderCell cell{};
  cell.vars = vars;
  cell.G = vars.recurrent.rows(), cell.H = vars.recurrent.cols();
  cell.B = static_cast<Index>(shape.examples);
  const Index columns = shape.columns();
  cell.gates = y ? input_product(tape, vars.input, y, vars.bias)
                 : tape.scratch_array<real>(cell.G * columns);
  cell.hidden = tape.scratch_array<real>(cell.H * columns);
  cell.start_hidden = start_state(tape, vars.hidden, cell.H, cell.B);
  if (kind == GatedCell::lstm) {
    cell.cell = tape.scratch_array<real>(cell.H * columns);
    cell.start_cell = start_state(tape, vars.cell, cell.H, cell.B);
  } else {
    cell.recurrent = tape.scratch_array<real>(cell.G * columns);
  }
  return cell;
}

void DecoderCell::begin_with_bias(Index t, Index columns) const {
  Matrix sums(gates + t * B * G, G, columns, false, true);
  fill_columns(sums, vars.bias.value());
}

void DecoderCell::add_recurrent(const StepProduct& U, Index t, Index columns) const {
  real* sums = (recurrent ? recurrent : gates) + t * B * G;
  if (recurrent) {
    Matrix biased(sums, G, columns, false, true);
    fill_columns(biased, vars.recurrent_bias.value());
  }
  U(hidden_before(t), columns, 1, sums);
}

void DecoderCell::step(const kernels::Elementwise& kernel, Index t, Index b, bool is_real) const {
  const Index n = t * B + b;
  const real* h_prev = hidden_before(t) + b * H;
  real* h = hidden + n * H;
  if (!is_real) {
    std::memcpy(h, h_prev, H * sizeof(real));
    if (cell) std::memcpy(cell + n * H, cell_before(t) + b * H, H * sizeof(real));
  } else if (cell) {
    kernel.lstm_forward(H, gates + n * G, cell_before(t) + b * H, cell + n * H, h);
  } else {
    kernel.gru_forward(H, gates + n * G, recurrent + n * G, h_prev, h);
  }
}

void DecoderCell::step_backward(const kernels::Elementwise& kernel, Index t, Index b, bool is_real,
                                real* dh, real* dc) const {
  const Index n = t * B + b;
  if (!is_real) {
    std::memset(gates + n * G, 0, G * sizeof(real));
    if (recurrent) std::memset(recurrent + n * G, 0, G * sizeof(real));
  } else if (cell) {
    kernel.lstm_backward(H, gates + n * G, cell_before(t) + b * H, cell + n * H, dh, dc);
    std::memset(dh, 0, H * sizeof(real));  // all of it went through the gates
  } else {
    kernel.gru_backward(H, gates + n * G, recurrent + n * G, hidden_before(t) + b * H, dh);
  }
}

void DecoderCell::parameter_gradients(Tape& tape, Var y, const Matrix& attended,
                                      const real* start_feed, const StepOrder& order,
                                      const Matrix& dh, const Matrix& dc) const {
  const Index columns = order.columns();
  const Matrix d_gates(gates, G, columns, false, true);
  const Matrix d_recurrent(const_cast<real*>(recurrent_gradients()), G, columns, false, true);
  if (y) {
    input_gradients(tape, y, vars.input, vars.bias, d_gates);
    if (vars.feed) recurrent_gradient(tape, vars.feed, d_gates, attended, start_feed, order);
  } else {
    if (auto target = tape.target(vars.input)) {
      const Matrix read(const_cast<real*>(inputs), H, columns, false, true);
      kernels::gemm(Transpose::no, Transpose::yes, d_gates, read, target.beta, *target.matrix);
    }
    add_row_sums(tape, vars.bias, d_gates);
  }
  const Matrix states(hidden, H, columns, false, true);
  recurrent_gradient(tape, vars.recurrent, d_recurrent, states, start_hidden, order);
  if (recurrent) add_row_sums(tape, vars.recurrent_bias, d_recurrent);
  if (auto target = tape.target(vars.hidden)) target.add(dh);
  if (auto target = tape.target(vars.cell)) target.add(dc);
}

}  // namespace weft
