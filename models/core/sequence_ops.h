// Operations over whole ragged sequences: one tape entry each, back-propagation through time
// inside.
//
// Sequences are time-major (see SequenceShape). At a padded position a recurrent operation carries
// its state on unchanged, in both directions: the last column block of a forward pass (the first of
// a backward one) is therefore the final state of every sequence, and padding cannot change it.
#pragma once

#include "models/core/tape.h"

namespace weft {

enum class Direction { forward, backward };

/// What a recurrent operation gives: the hidden state at every step and the state after the last.
struct RecurrentResult {
  Var hidden;        // H × (T·B)
  Var final_hidden;  // H × B
  Var final_cell;    // H × B, LSTMs only
};

/// LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000):
///   [i f g o] = W x_t + b + U h_{t-1}      (4H × B, i f o through sigmoid, g through tanh)
///   c_t = f ∘ c_{t-1} + i ∘ g,   h_t = o ∘ tanh(c_t)
/// x: D × (T·B), W: 4H × D, U: 4H × H, b: 4H × 1, h0 and c0: H × B (empty Vars: zeros).
RecurrentResult lstm(Tape& tape, Var x, Var W, Var U, Var b, Var h0, Var c0, SequenceShape shape,
                     Direction direction = Direction::forward);

/// LSTM with coupled gates (Greff et al. 2017, "CIFG"): i = 1 − f.
/// W: 3H × D, U: 3H × H, b: 3H × 1 (rows f, g, o).
RecurrentResult cifg(Tape& tape, Var x, Var W, Var U, Var b, Var h0, Var c0, SequenceShape shape,
                     Direction direction = Direction::forward);

inline constexpr int kMostMogrifierRounds = 12;
/// Mogrifier LSTM (Melis et al. 2020): before a step, x and h gate each other in `count` rounds, 1
/// to kMostMogrifierRounds,
///   x ← 2σ(Q h) ∘ x,  h ← 2σ(R x) ∘ h,  x ← 2σ(Q' h) ∘ x,  …
/// rounds: Q, R, Q', …, in turn D × H and H × D. The rest as lstm().
RecurrentResult mogrifier_lstm(Tape& tape, Var x, Var W, Var U, Var b, const Var* rounds, int count,
                               Var h0, Var c0, SequenceShape shape,
                               Direction direction = Direction::forward);

/// Input and recurrent: 4H × 1; cell, cell_bias: H × 1.
struct LayerNormGains {
  Var input, recurrent, cell, cell_bias;
};
/// Layer-normalised LSTM (Ba et al. 2016, equations 20 to 22). With N(z) = (z − mean) / deviation:
///   [i f g o] = γ_x ∘ N(W x_t) + γ_h ∘ N(U h_{t-1}) + b
///   c_t = f ∘ c_{t-1} + i ∘ g,   h_t = o ∘ tanh(γ_c ∘ N(c_t) + β_c)
RecurrentResult layer_norm_lstm(Tape& tape, Var x, Var W, Var U, Var b, const LayerNormGains& gains,
                                Var h0, Var c0, SequenceShape shape,
                                Direction direction = Direction::forward);

/// GRU (Cho et al. 2014, in the form of cuDNN and PyTorch, the reset gate after the product):
///   r = σ(W_r x + b_r + U_r h + d_r),  z = σ(W_z x + b_z + U_z h + d_z)
///   n = tanh(W_n x + b_n + r ∘ (U_n h + d_n)),  h' = (1 − z) ∘ n + z ∘ h
/// W: 3H × D, U: 3H × H, b and d: 3H × 1 (rows r, z, n), h0: H × B or empty.
RecurrentResult gru(Tape& tape, Var x, Var W, Var U, Var b, Var d, Var h0, SequenceShape shape,
                    Direction direction = Direction::forward);

/// Elman network (Elman 1990): h_t = tanh(W x_t + b + U h_{t-1}).
RecurrentResult rnn(Tape& tape, Var x, Var W, Var U, Var b, Var h0, SequenceShape shape,
                    Direction direction = Direction::forward);

/// Pooling over time, D × (T·B) to D × B. A sequence of length 0 gives zeros.
Var last_over_time(Tape& tape, Var x, SequenceShape shape);
Var mean_over_time(Tape& tape, Var x, SequenceShape shape);
Var max_over_time(Tape& tape, Var x, SequenceShape shape);
/// Weighted by softmax over the steps of scores (1 × (T·B)).
Var attention_over_time(Tape& tape, Var x, Var scores, SequenceShape shape);

}  // namespace weft
