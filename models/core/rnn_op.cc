// Elman network over a whole ragged sequence.

#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/recurrent_common.h"
#include "models/core/sequence_ops.h"

namespace weft {
namespace {

using kernels::Transpose;

// Everything backward needs; plain values, so that the tape may keep it.
struct RnnPass {
  Var x, W, U, b, h0;
  RecurrentResult result;
  real* sums;                // H × (T·B), before tanh; backward puts their gradients here
  const real* start_hidden;  // H × B
  StepOrder order;
  Index H;
};

void rnn_forward(Tape& tape, RnnPass& pass, Matrix& hidden) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.H, B = pass.order.examples();
  const StepProduct U = recurrent_product(tape, pass.U, Transpose::no, pass.order);
  for (int s = 0; s < pass.order.steps(); ++s) {
    const Index t = pass.order.step(s) * B;
    const real* h_prev = s ? hidden.colptr(pass.order.step(s - 1) * B) : pass.start_hidden;
    U(h_prev, B, 1, pass.sums + t * H);
    kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) {
        if (pass.order.real_step(s, j))
          kernel.tanh(H, pass.sums + (t + j) * H, hidden.colptr(t + j));
        else
          std::memcpy(hidden.colptr(t + j), h_prev + j * H, H * sizeof(real));
      }
    });
  }
}

// Fills the sums with their gradients, step by step from the last; leaves in dh the gradient of the
// initial state.
void rnn_backward_steps(const RnnPass& pass, const StepProduct& U_transposed, Matrix& dh) {
  const auto& kernel = kernels::elementwise();
  const Matrix* d_hidden = pass.result.hidden.gradient();
  const Matrix& hidden = pass.result.hidden.value();
  const Index H = pass.H, B = pass.order.examples();
  for (int s = pass.order.steps() - 1; s >= 0; --s) {
    const Index t = pass.order.step(s) * B;
    kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) {
        real* d_sums = pass.sums + (t + j) * H;
        if (d_hidden) kernel.axpby(H, 1, d_hidden->colptr(t + j), 1, dh.colptr(j));
        if (pass.order.real_step(s, j))
          kernel.tanh_backward(H, hidden.colptr(t + j), dh.colptr(j), 0, d_sums);
        else
          std::memset(d_sums, 0, H * sizeof(real));
      }
    });
    pass_gradient_to_earlier_step(U_transposed, pass.sums + t * H, H, pass.order, s, 0, dh);
  }
}

void rnn_backward(const RnnPass& pass, Tape& tape) {
  Matrix dh = tape.scratch(pass.H, pass.order.examples());
  copy_or_zero(pass.result.final_hidden.gradient(), dh);
  rnn_backward_steps(pass, recurrent_product(tape, pass.U, Transpose::yes, pass.order), dh);

  const Matrix d_sums(pass.sums, pass.H, pass.order.columns(), false, true);
  input_gradients(tape, pass.x, pass.W, pass.b, d_sums);
  recurrent_gradient(tape, pass.U, d_sums, pass.result.hidden.value(), pass.start_hidden,
                     pass.order);
  if (auto target = tape.target(pass.h0)) target.add(dh);
}

}  // namespace

RecurrentResult rnn(Tape& tape, Var x, Var W, Var U, Var b, Var h0, SequenceShape shape,
                    Direction direction) {
  RnnPass pass;
  pass.x = x, pass.W = W, pass.U = U, pass.b = b, pass.h0 = h0;
  pass.H = U.cols();
  pass.order = StepOrder(tape, shape, direction);
  const Index B = pass.order.examples();

  RecurrentResult& result = pass.result;
  result.hidden = tape.output(pass.H, x.cols(), {x, W, U, b, h0});
  result.final_hidden = tape.output(pass.H, B, {x, W, U, b, h0});
  pass.start_hidden = start_state(tape, h0, pass.H, B);
  pass.sums = input_product(tape, W, x, b);

  Matrix& hidden = tape.value(result.hidden);
  rnn_forward(tape, pass, hidden);
  copy_final_state(pass.order, hidden.memptr(), pass.start_hidden, tape.value(result.final_hidden));

  const Var results[] = {result.hidden, result.final_hidden};
  tape.record(results, 2, [pass](Tape& t) { rnn_backward(pass, t); });
  return result;
}

}  // namespace weft
