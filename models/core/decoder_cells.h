// One recurrent layer of a decoder, step by step. Private to attention_decoder().
#pragma once

#include "models/core/attention_ops.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/recurrent_common.h"

namespace weft {

/// What a layer keeps of a pass; plain values, so that the tape may keep it. All steps' columns lie
/// side by side, step t begins with column t·B.
struct DecoderCell {
  DecoderLayer vars;
  Index G, H, B;
  real* gates;               // G × (T·B): sums, then activated, then the gradients of the sums
  real* recurrent;           // GRU: G × (T·B), U h + d
  real* cell;                // LSTM: H × (T·B)
  real* hidden;              // H × (T·B)
  const real* start_hidden;  // H × B
  const real* start_cell;    // LSTM: H × B
  const real* inputs;        // H × (T·B): what the layer reads, above the lowest one

  /// Memory for a pass; `gates` of the lowest layer begin as W y + b of all steps.
  static DecoderCell make(Tape& tape, GatedCell kind, const DecoderLayer& vars, Var y,
                          SequenceShape shape);

  const real* hidden_before(Index t) const { return t ? hidden + (t - 1) * B * H : start_hidden; }
  const real* cell_before(Index t) const { return t ? cell + (t - 1) * B * H : start_cell; }
  /// The gates' sums as if there were no input.
  void begin_with_bias(Index t, Index columns) const;
  /// Adds the product with the state before; for so many columns.
  void add_recurrent(const StepProduct& U, Index t, Index columns) const;
  /// Sums to state, of column b; or, of a padded one, the state before.
  void step(const kernels::Elementwise& kernel, Index t, Index b, bool is_real) const;
  /// Gates to the gradients of their sums. dh: this step's gradient of the state, then the part of
  /// the earlier one's that flows past the gates; dc likewise. Nothing of a padded one.
  void step_backward(const kernels::Elementwise& kernel, Index t, Index b, bool is_real, real* dh,
                     real* dc) const;
  /// The gradients of the sums that U's product is part of.
  const real* recurrent_gradients() const { return recurrent ? recurrent : gates; }
  /// After all steps: the parameters' gradients, dh and dc those of the initial state. `attended`:
  /// H × (T·B), `start_feed` before it, the lowest layer's; y: its input.
  void parameter_gradients(Tape& tape, Var y, const Matrix& attended, const real* start_feed,
                           const StepOrder& order, const Matrix& dh, const Matrix& dc) const;
};

}  // namespace weft
