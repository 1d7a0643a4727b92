// Gated recurrent unit over a whole ragged sequence.

#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/recurrent_common.h"
#include "models/core/sequence_ops.h"

namespace weft {
namespace {

using kernels::Transpose;

// Everything backward needs; plain values, so that the tape may keep it.
struct GruPass {
  Var x, W, U, b, d, h0;
  RecurrentResult result;
  real* gates;               // 3H × (T·B), W x + b, then activated
  real* recurrent;           // 3H × (T·B), U h + d
  const real* start_hidden;  // H × B
  StepOrder order;
  Index H;
};

void gru_forward(Tape& tape, GruPass& pass, Matrix& hidden) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.H, B = pass.order.examples();
  const StepProduct U = recurrent_product(tape, pass.U, Transpose::no, pass.order);
  for (int s = 0; s < pass.order.steps(); ++s) {
    const Index t = pass.order.step(s) * B;
    const real* h_prev = s ? hidden.colptr(pass.order.step(s - 1) * B) : pass.start_hidden;
    real* recurrent = pass.recurrent + t * 3 * H;
    if (pass.d)
      for (Index j = 0; j < B; ++j)
        std::memcpy(recurrent + j * 3 * H, pass.d.value().memptr(), 3 * H * sizeof(real));
    U(h_prev, B, pass.d ? 1 : 0, recurrent);
    kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) {
        if (pass.order.real_step(s, j))
          kernel.gru_forward(H, pass.gates + (t + j) * 3 * H, recurrent + j * 3 * H, h_prev + j * H,
                             hidden.colptr(t + j));
        else
          std::memcpy(hidden.colptr(t + j), h_prev + j * H, H * sizeof(real));
      }
    });
  }
}

// Turns the gates and the recurrent sums into their gradients, step by step from the last; leaves
// in dh the gradient of the initial state.
void gru_backward_steps(const GruPass& pass, const StepProduct& U_transposed, Matrix& dh) {
  const auto& kernel = kernels::elementwise();
  const Matrix* d_hidden = pass.result.hidden.gradient();
  const Matrix& hidden = pass.result.hidden.value();
  const Index H = pass.H, B = pass.order.examples();
  for (int s = pass.order.steps() - 1; s >= 0; --s) {
    const Index t = pass.order.step(s) * B;
    const real* h_prev = s ? hidden.colptr(pass.order.step(s - 1) * B) : pass.start_hidden;
    kernels::parallel_for(B, columns_a_thread(H), [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) {
        real* gates = pass.gates + (t + j) * 3 * H;
        real* recurrent = pass.recurrent + (t + j) * 3 * H;
        if (d_hidden) kernel.axpby(H, 1, d_hidden->colptr(t + j), 1, dh.colptr(j));
        if (pass.order.real_step(s, j)) {
          kernel.gru_backward(H, gates, recurrent, h_prev + j * H, dh.colptr(j));
        } else {
          std::memset(gates, 0, 3 * H * sizeof(real));
          std::memset(recurrent, 0, 3 * H * sizeof(real));
        }
      }
    });
    // The kernel has left in dh what flows past the gates: the product is added to it.
    pass_gradient_to_earlier_step(U_transposed, pass.recurrent + t * 3 * H, 3 * H, pass.order, s, 1,
                                  dh);
  }
}

void gru_backward(const GruPass& pass, Tape& tape) {
  const Index columns = pass.order.columns();
  Matrix dh = tape.scratch(pass.H, pass.order.examples());
  copy_or_zero(pass.result.final_hidden.gradient(), dh);
  gru_backward_steps(pass, recurrent_product(tape, pass.U, Transpose::yes, pass.order), dh);

  const Matrix d_gates(pass.gates, 3 * pass.H, columns, false, true);
  const Matrix d_recurrent(pass.recurrent, 3 * pass.H, columns, false, true);
  input_gradients(tape, pass.x, pass.W, pass.b, d_gates);
  recurrent_gradient(tape, pass.U, d_recurrent, pass.result.hidden.value(), pass.start_hidden,
                     pass.order);
  if (pass.d) add_row_sums(tape, pass.d, d_recurrent);
  if (auto target = tape.target(pass.h0)) target.add(dh);
}

}  // namespace

RecurrentResult gru(Tape& tape, Var x, Var W, Var U, Var b, Var d, Var h0, SequenceShape shape,
                    Direction direction) {
  GruPass pass;
  pass.x = x, pass.W = W, pass.U = U, pass.b = b, pass.d = d, pass.h0 = h0;
  pass.H = U.cols();
  pass.order = StepOrder(tape, shape, direction);
  const Index B = pass.order.examples();

  RecurrentResult& result = pass.result;
  result.hidden = tape.output(pass.H, x.cols(), {x, W, U, b, d, h0});
  result.final_hidden = tape.output(pass.H, B, {x, W, U, b, d, h0});
  pass.recurrent = tape.scratch_array<real>(3 * pass.H * x.cols());
  pass.start_hidden = start_state(tape, h0, pass.H, B);
  pass.gates = input_product(tape, W, x, b);

  Matrix& hidden = tape.value(result.hidden);
  gru_forward(tape, pass, hidden);
  copy_final_state(pass.order, hidden.memptr(), pass.start_hidden, tape.value(result.final_hidden));

  const Var results[] = {result.hidden, result.final_hidden};
  tape.record(results, 2, [pass](Tape& t) { gru_backward(pass, t); });
  return result;
}

}  // namespace weft
