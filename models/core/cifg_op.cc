// LSTM with coupled gates over a whole ragged sequence: one whose sums for the input gate are those
// for the forget gate with the other sign, as σ(−x) = 1 − σ(x).

#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/lstm_steps.h"

namespace weft {
namespace {

using kernels::Transpose;

// Everything backward needs; plain values, so that the tape may keep it.
struct CifgPass {
  Var x, W, U, b, h0, c0;
  RecurrentResult result;
  LstmSteps steps;
  real* sums;  // 3H × (T·B), rows f g o; then their gradients

  real* sums_of(int s) const {
    return sums + steps.order.step(s) * steps.order.examples() * 3 * steps.H;
  }
  template <class Body>
  void for_columns(int s, const Body& body) const {
    const Index B = steps.order.examples(), H = steps.H;
    real* three = sums_of(s);
    real* four = steps.gates + steps.order.step(s) * B * 4 * H;
    kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) body(three + j * 3 * H, four + j * 4 * H);
    });
  }
};

void cifg_forward(Tape& tape, const CifgPass& pass) {
  const auto& kernel = kernels::elementwise();
  const LstmSteps& steps = pass.steps;
  const Index H = steps.H;
  const StepProduct U = recurrent_product(tape, pass.U, Transpose::no, steps.order);
  Matrix& hidden = tape.value(pass.result.hidden);
  for (int s = 0; s < steps.order.steps(); ++s) {
    U(steps.hidden_before(s, hidden), steps.order.examples(), 1, pass.sums_of(s));
    pass.for_columns(s, [&](const real* three, real* four) {
      kernel.axpby(H, -1, three, 0, four);
      std::memcpy(four + H, three, 3 * H * sizeof(real));
    });
    steps.forward(s, hidden);
  }
}

void cifg_backward(const CifgPass& pass, Tape& tape) {
  const auto& kernel = kernels::elementwise();
  const LstmSteps& steps = pass.steps;
  const Index H = steps.H;
  LstmEnd at(tape, pass.result);
  const StepProduct U_transposed = recurrent_product(tape, pass.U, Transpose::yes, steps.order);
  for (int s = steps.order.steps() - 1; s >= 0; --s) {
    steps.backward(s, pass.result.hidden.gradient(), at.dh, at.dc);
    pass.for_columns(s, [&](real* three, const real* four) {
      std::memcpy(three, four + H, 3 * H * sizeof(real));
      kernel.axpby(H, -1, four, 1, three);
    });
    pass_gradient_to_earlier_step(U_transposed, pass.sums_of(s), 3 * H, steps.order, s, 0, at.dh);
  }
  const Matrix d_sums(pass.sums, 3 * H, steps.order.columns(), false, true);
  input_gradients(tape, pass.x, pass.W, pass.b, d_sums);
  recurrent_gradient(tape, pass.U, d_sums, pass.result.hidden.value(), steps.start_hidden,
                     steps.order);
  finish_lstm_backward(tape, pass.h0, pass.c0, at);
}

}  // namespace

RecurrentResult cifg(Tape& tape, Var x, Var W, Var U, Var b, Var h0, Var c0, SequenceShape shape,
                     Direction direction) {
  CifgPass pass{x, W, U, b, h0, c0, {}, {}, nullptr};
  const StepOrder order(tape, shape, direction);
  const Index H = U.cols();
  pass.result = lstm_result(tape, H, order, {x, W, U, b, h0, c0});
  pass.steps = LstmSteps::make(tape, h0, c0, H, order);
  pass.steps.gates = tape.scratch_array<real>(4 * H * order.columns());
  pass.sums = input_product(tape, W, x, b);
  cifg_forward(tape, pass);
  return finish_lstm(tape, pass, cifg_backward);
}

}  // namespace weft
