// Mogrifier LSTM over a whole ragged sequence. Weights are laid out once for all steps; their
// gradients are one product each, behind the loop.

#include <optional>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/gemm.h"
#include "models/core/kernels/parallel.h"
#include "models/core/lstm_steps.h"

namespace weft {
namespace {

using kernels::Transpose;

// A round of gating and what it leaves for backward.
struct Round {
  Var weight;    // D × H where x is gated, H × D where h is
  real* factor;  // D (H) × (T·B): 2σ(weight · …); then the gradients of the sums
  real* gated;   // D (H) × (T·B)
  Index rows;
};

// Everything backward needs; plain values, so that the tape may keep it.
struct MogrifierPass {
  Var x, W, U, b, h0, c0;
  RecurrentResult result;
  LstmSteps steps;
  Round* rounds;
  int count;

  Index D() const { return x.rows(); }
  Index start_of(int s) const { return steps.order.step(s) * steps.order.examples(); }
  // Round r gates what round r − 2 gated, x and h to begin with; the columns of step s.
  const real* before(int r, int s) const {
    if (r >= 2) return rounds[r - 2].gated + start_of(s) * rounds[r - 2].rows;
    return r == 0 ? x.value().colptr(start_of(s)) : steps.hidden_before(s, result.hidden.value());
  }
  // … by what round r − 1 gated, h to begin with.
  const real* gate_input(int r, int s) const { return before(r + 1, s); }
  // What the cell sees after all rounds.
  const real* gated_x(int s) const { return before(count + count % 2, s); }
  const real* gated_h(int s) const { return before(count + 1 - count % 2, s); }
};

// The weights of a pass, laid out for its steps.
struct LaidOut {
  std::optional<StepProduct> W, U, rounds[kMostMogrifierRounds];

  LaidOut(Tape& tape, const MogrifierPass& pass, Transpose transpose) {
    const StepOrder& order = pass.steps.order;
    const auto lay_out = [&](Var weight, std::optional<StepProduct>& product) {
      product.emplace(tape, weight, transpose, order.steps(), order.examples(), StepMemory::arena);
    };
    lay_out(pass.W, W);
    lay_out(pass.U, U);
    for (int r = 0; r < pass.count; ++r) lay_out(pass.rounds[r].weight, rounds[r]);
  }
};

void gate(const MogrifierPass& pass, const StepProduct& weight, int r, int s) {
  const auto& kernel = kernels::elementwise();
  const Round& round = pass.rounds[r];
  const Index B = pass.steps.order.examples(), begin_of_step = pass.start_of(s) * round.rows;
  real *factor = round.factor + begin_of_step, *gated = round.gated + begin_of_step;
  const real* before = pass.before(r, s);
  weight(pass.gate_input(r, s), B, 0, factor);
  kernels::parallel_for(round.rows * B, kernels::kPassGrain, [&](auto begin, auto end) {
    kernel.sigmoid(end - begin, factor + begin, factor + begin);
    kernel.axpby(end - begin, 1, factor + begin, 1, factor + begin);
    kernel.multiply(end - begin, factor + begin, before + begin, 0, gated + begin);
  });
}

void mogrifier_forward(Tape& tape, const MogrifierPass& pass) {
  const LstmSteps& steps = pass.steps;
  const Index B = steps.order.examples();
  const LaidOut weights(tape, pass, Transpose::no);
  for (int s = 0; s < steps.order.steps(); ++s) {
    for (int r = 0; r < pass.count; ++r) gate(pass, *weights.rounds[r], r, s);
    real* sums = steps.gates + pass.start_of(s) * 4 * steps.H;
    (*weights.W)(pass.gated_x(s), B, 1, sums);
    (*weights.U)(pass.gated_h(s), B, 1, sums);
    steps.forward(s, tape.value(pass.result.hidden));
  }
}

// d: the gradient of what round r gated, becomes that of what it gated from; d_input += that of
// what it was gated by.
void gate_backward(const MogrifierPass& pass, const StepProduct& weight_transposed, int r, int s,
                   real* d, real* d_input) {
  const Round& round = pass.rounds[r];
  const Index B = pass.steps.order.examples();
  real* factor = round.factor + pass.start_of(s) * round.rows;
  const real* before = pass.before(r, s);
  kernels::parallel_for(round.rows * B, kernels::kPassGrain, [&](auto begin, auto end) {
#pragma omp simd
    for (std::size_t k = begin; k < end; ++k) {
      const real f = factor[k], d_gated = d[k];
      d[k] = d_gated * f;
      factor[k] = d_gated * before[k] * f * (1 - f / 2);
    }
  });
  weight_transposed(factor, B, 1, d_input);
}

// The loop of the backward pass; d_x: D × (T·B).
void mogrifier_backward_steps(const MogrifierPass& pass, Tape& tape, LstmEnd& at, Matrix& d_x) {
  const LstmSteps& steps = pass.steps;
  const Index B = steps.order.examples();
  const LaidOut weights(tape, pass, Transpose::yes);
  Matrix d_h = tape.scratch(steps.H, B);
  for (int s = steps.order.steps() - 1; s >= 0; --s) {
    steps.backward(s, pass.result.hidden.gradient(), at.dh, at.dc);
    const real* d_sums = steps.gates + pass.start_of(s) * 4 * steps.H;
    real* dx = d_x.colptr(pass.start_of(s));
    (*weights.W)(d_sums, B, 0, dx);
    (*weights.U)(d_sums, B, 0, d_h.memptr());
    for (int r = pass.count - 1; r >= 0; --r) {
      const bool of_x = r % 2 == 0;
      gate_backward(pass, *weights.rounds[r], r, s, of_x ? dx : d_h.memptr(),
                    of_x ? d_h.memptr() : dx);
    }
    for (Index j = 0; j < B; ++j)
      if (steps.order.real_step(s, j)) at.dh.col(j) = d_h.col(j);
  }
}

// dM = Σ d_sums · inputᵀ, where the input is that of gate r, or what the cell sees as round r
// would.
void weight_gradient(Tape& tape, const MogrifierPass& pass, Var weight, const Matrix& d_sums,
                     int r) {
  const Matrix& hidden = pass.result.hidden.value();
  if (r == 1)
    return recurrent_gradient(tape, weight, d_sums, hidden, pass.steps.start_hidden,
                              pass.steps.order);
  const auto target = tape.target(weight);
  if (!target) return;
  if (r == 0)
    return kernels::gemm(Transpose::no, Transpose::yes, d_sums, pass.x.value(), target.beta,
                         *target.matrix);
  const Round& input = pass.rounds[r - 2];
  const Matrix gated(input.gated, input.rows, d_sums.n_cols, false, true);
  kernels::gemm(Transpose::no, Transpose::yes, d_sums, gated, target.beta, *target.matrix);
}

void mogrifier_backward(const MogrifierPass& pass, Tape& tape) {
  const LstmSteps& steps = pass.steps;
  LstmEnd at(tape, pass.result);
  Matrix d_x = tape.scratch(pass.D(), steps.order.columns());
  mogrifier_backward_steps(pass, tape, at, d_x);

  const Matrix d_sums = steps.d_sums();
  weight_gradient(tape, pass, pass.W, d_sums, pass.count + pass.count % 2);
  weight_gradient(tape, pass, pass.U, d_sums, pass.count + 1 - pass.count % 2);
  add_row_sums(tape, pass.b, d_sums);
  for (int r = 0; r < pass.count; ++r) {
    const Round& round = pass.rounds[r];
    const Matrix d_factor(round.factor, round.rows, d_sums.n_cols, false, true);
    weight_gradient(tape, pass, round.weight, d_factor, r + 1);
  }
  if (auto target = tape.target(pass.x)) target.add(d_x);
  finish_lstm_backward(tape, pass.h0, pass.c0, at);
}

}  // namespace

RecurrentResult mogrifier_lstm(Tape& tape, Var x, Var W, Var U, Var b, const Var* rounds, int count,
                               Var h0, Var c0, SequenceShape shape, Direction direction) {
  MogrifierPass pass{x, W, U, b, h0, c0, {}, {}, nullptr, count};
  const StepOrder order(tape, shape, direction);
  const Index H = U.cols(), columns = order.columns();
  pass.rounds = tape.scratch_array<Round>(static_cast<std::size_t>(count));
  for (int r = 0; r < count; ++r) {
    const Index rows = rounds[r].rows();
    pass.rounds[r] = {rounds[r], tape.scratch_array<real>(rows * columns),
                      tape.scratch_array<real>(rows * columns), rows};
  }
  pass.result = lstm_result(tape, H, order, {x, W, U, b, h0, c0});
  pass.steps = LstmSteps::make(tape, h0, c0, H, order);
  Matrix sums = tape.scratch(4 * H, columns);
  fill_columns(sums, b.value());
  pass.steps.gates = sums.memptr();
  mogrifier_forward(tape, pass);
  return finish_lstm(tape, pass, mogrifier_backward);
}

}  // namespace weft
