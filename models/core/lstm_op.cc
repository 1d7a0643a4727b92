// Long short-term memory over a whole ragged sequence.

#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/recurrent_common.h"
#include "models/core/sequence_ops.h"

namespace weft {
namespace {

using kernels::Transpose;

// Everything backward needs; plain values, so that the tape may keep it.
struct LstmPass {
  Var x, W, U, b, h0, c0;
  RecurrentResult result;
  real* gates;               // 4H × (T·B), activated
  real* cell;                // H × (T·B)
  const real* start_hidden;  // H × B
  const real* start_cell;    // H × B
  StepOrder order;
  Index H;
};

void lstm_forward(Tape& tape, LstmPass& pass, Matrix& hidden) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.H, B = pass.order.examples();
  const StepProduct U = recurrent_product(tape, pass.U, Transpose::no, pass.order);
  for (int s = 0; s < pass.order.steps(); ++s) {
    const Index t = pass.order.step(s) * B;
    const real* h_prev = s ? hidden.colptr(pass.order.step(s - 1) * B) : pass.start_hidden;
    const real* c_prev = s ? pass.cell + pass.order.step(s - 1) * B * H : pass.start_cell;
    U(h_prev, B, 1, pass.gates + t * 4 * H);
    kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) {
        real* c = pass.cell + (t + j) * H;
        real* h = hidden.colptr(t + j);
        if (pass.order.real_step(s, j)) {
          kernel.lstm_forward(H, pass.gates + (t + j) * 4 * H, c_prev + j * H, c, h);
        } else {
          std::memcpy(c, c_prev + j * H, H * sizeof(real));
          std::memcpy(h, h_prev + j * H, H * sizeof(real));
        }
      }
    });
  }
}

// Turns the gates into the gradients of their sums, step by step from the last; leaves in dh and dc
// the gradients of the initial state.
void lstm_backward_steps(const LstmPass& pass, const StepProduct& U_transposed,
                         const Matrix* d_hidden, Matrix& dh, Matrix& dc) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.H, B = pass.order.examples();
  for (int s = pass.order.steps() - 1; s >= 0; --s) {
    const Index t = pass.order.step(s) * B;
    const real* c_prev = s ? pass.cell + pass.order.step(s - 1) * B * H : pass.start_cell;
    kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) {
        real* gates = pass.gates + (t + j) * 4 * H;
        if (d_hidden) kernel.axpby(H, 1, d_hidden->colptr(t + j), 1, dh.colptr(j));
        if (pass.order.real_step(s, j))
          kernel.lstm_backward(H, gates, c_prev + j * H, pass.cell + (t + j) * H, dh.colptr(j),
                               dc.colptr(j));
        else
          std::memset(gates, 0, 4 * H * sizeof(real));
      }
    });
    pass_gradient_to_earlier_step(U_transposed, pass.gates + t * 4 * H, 4 * H, pass.order, s, 0,
                                  dh);
  }
}

void lstm_backward(const LstmPass& pass, Tape& tape) {
  const Index B = pass.order.examples(), columns = pass.order.columns();
  Matrix dh = tape.scratch(pass.H, B), dc = tape.scratch(pass.H, B);
  copy_or_zero(pass.result.final_hidden.gradient(), dh);
  copy_or_zero(pass.result.final_cell.gradient(), dc);
  lstm_backward_steps(pass, recurrent_product(tape, pass.U, Transpose::yes, pass.order),
                      pass.result.hidden.gradient(), dh, dc);

  const Matrix d_gates(pass.gates, 4 * pass.H, columns, false, true);
  input_gradients(tape, pass.x, pass.W, pass.b, d_gates);
  recurrent_gradient(tape, pass.U, d_gates, pass.result.hidden.value(), pass.start_hidden,
                     pass.order);
  if (auto target = tape.target(pass.h0)) target.add(dh);
  if (auto target = tape.target(pass.c0)) target.add(dc);
}

}  // namespace

RecurrentResult lstm(Tape& tape, Var x, Var W, Var U, Var b, Var h0, Var c0, SequenceShape shape,
                     Direction direction) {
  LstmPass pass;
  pass.x = x, pass.W = W, pass.U = U, pass.b = b, pass.h0 = h0, pass.c0 = c0;
  pass.H = U.cols();
  pass.order = StepOrder(tape, shape, direction);
  const Index B = pass.order.examples();

  RecurrentResult& result = pass.result;
  result.hidden = tape.output(pass.H, x.cols(), {x, W, U, b, h0, c0});
  result.final_hidden = tape.output(pass.H, B, {x, W, U, b, h0, c0});
  result.final_cell = tape.output(pass.H, B, {x, W, U, b, h0, c0});
  pass.cell = tape.scratch_array<real>(pass.H * x.cols());
  pass.start_hidden = start_state(tape, h0, pass.H, B);
  pass.start_cell = start_state(tape, c0, pass.H, B);
  pass.gates = input_product(tape, W, x, b);

  Matrix& hidden = tape.value(result.hidden);
  lstm_forward(tape, pass, hidden);
  copy_final_state(pass.order, hidden.memptr(), pass.start_hidden, tape.value(result.final_hidden));
  copy_final_state(pass.order, pass.cell, pass.start_cell, tape.value(result.final_cell));

  const Var results[] = {result.hidden, result.final_hidden, result.final_cell};
  tape.record(results, 3, [pass](Tape& t) { lstm_backward(pass, t); });
  return result;
}

}  // namespace weft
