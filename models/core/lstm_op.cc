// Long short-term memory over a whole ragged sequence.

#include "models/core/lstm_steps.h"

namespace weft {
namespace {

using kernels::Transpose;

// Everything backward needs; plain values, so that the tape may keep it.
struct LstmPass {
  Var x, W, U, b, h0, c0;
  RecurrentResult result;
  LstmSteps steps;
};

void lstm_forward(Tape& tape, const LstmPass& pass) {
  const LstmSteps& steps = pass.steps;
  const Index B = steps.order.examples();
  const StepProduct U = recurrent_product(tape, pass.U, Transpose::no, steps.order);
  Matrix& hidden = tape.value(pass.result.hidden);
  for (int s = 0; s < steps.order.steps(); ++s) {
    U(steps.hidden_before(s, hidden), B, 1, steps.gates + steps.order.step(s) * B * 4 * steps.H);
    steps.forward(s, hidden);
  }
}

void lstm_backward(const LstmPass& pass, Tape& tape) {
  const LstmSteps& steps = pass.steps;
  const Index B = steps.order.examples(), rows = 4 * steps.H;
  LstmEnd at(tape, pass.result);
  const StepProduct U_transposed = recurrent_product(tape, pass.U, Transpose::yes, steps.order);
  for (int s = steps.order.steps() - 1; s >= 0; --s) {
    steps.backward(s, pass.result.hidden.gradient(), at.dh, at.dc);
    pass_gradient_to_earlier_step(U_transposed, steps.gates + steps.order.step(s) * B * rows, rows,
                                  steps.order, s, 0, at.dh);
  }
  input_gradients(tape, pass.x, pass.W, pass.b, steps.d_sums());
  recurrent_gradient(tape, pass.U, steps.d_sums(), pass.result.hidden.value(), steps.start_hidden,
                     steps.order);
  finish_lstm_backward(tape, pass.h0, pass.c0, at);
}

}  // namespace

RecurrentResult lstm(Tape& tape, Var x, Var W, Var U, Var b, Var h0, Var c0, SequenceShape shape,
                     Direction direction) {
  LstmPass pass{x, W, U, b, h0, c0, {}, {}};
  const StepOrder order(tape, shape, direction);
  pass.result = lstm_result(tape, U.cols(), order, {x, W, U, b, h0, c0});
  pass.steps = LstmSteps::make(tape, h0, c0, U.cols(), order);
  pass.steps.gates = input_product(tape, W, x, b);
  lstm_forward(tape, pass);
  return finish_lstm(tape, pass, lstm_backward);
}

}  // namespace weft
