// The steps of LSTM cells, once the sums before their gates' non-linearities are known. What makes
// a kind of cell is how it comes to these sums.
#pragma once

#include "models/core/recurrent_common.h"

namespace weft {

/// Plain values, so that the tape may keep it.
struct LstmSteps {
  real* gates;               // 4H × (T·B), rows i f g o: sums, then activations, then gradients
  real* cell;                // H × (T·B)
  const real* start_hidden;  // H × B
  const real* start_cell;    // H × B
  StepOrder order;
  Index H;

  /// With memory for everything but the gates.
  static LstmSteps make(Tape& tape, Var h0, Var c0, Index H, const StepOrder& order);

  /// What step s begins with, H × B.
  const real* hidden_before(int s, const Matrix& hidden) const;
  const real* cell_before(int s) const;

  /// Sums of step s to its activations, cell and hidden state.
  void forward(int s, Matrix& hidden) const;
  /// dh takes up what arrived at the hidden states of step s; then the activations turn into the
  /// gradients of the sums, zero where there is padding, and dc into that of the cell before.
  void backward(int s, const Matrix* d_hidden, Matrix& dh, Matrix& dc) const;
  /// d_sums: 4H × (T·B), after all steps went backward.
  Matrix d_sums() const { return Matrix(gates, 4 * H, order.columns(), false, true); }
};

/// The three results of a cell that has `cell` and `inputs`.
RecurrentResult lstm_result(Tape& tape, Index H, const StepOrder& order,
                            std::initializer_list<Var> inputs);
/// Fills in the final states.
void fill_final_states(Tape& tape, const LstmSteps& steps, const RecurrentResult& result);
/// The same for a pass with `steps` and `result`, whose `backward` runs if a gradient arrives.
template <class Pass>
RecurrentResult finish_lstm(Tape& tape, const Pass& pass, void (*backward)(const Pass&, Tape&)) {
  fill_final_states(tape, pass.steps, pass.result);
  const Var results[] = {pass.result.hidden, pass.result.final_hidden, pass.result.final_cell};
  tape.record(results, 3, [pass, backward](Tape& t) { backward(pass, t); });
  return pass.result;
}
/// The gradients that arrived at the final states, or zeros; H × B each.
struct LstmEnd {
  Matrix dh, dc;
  LstmEnd(Tape& tape, const RecurrentResult& result);
};
/// Hands the gradients of the initial states on.
void finish_lstm_backward(Tape& tape, Var h0, Var c0, const LstmEnd& start);

}  // namespace weft
