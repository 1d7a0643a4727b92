// The decoder of an encoder–decoder network with attention, one tape entry for a whole ragged batch
// of target sequences.
#pragma once

#include "models/core/sequence_ops.h"

namespace weft {

/// The real steps of B sequences, one sequence after another: D × (T·B) to D × Σ lengths. What a
/// decoder attends to lies so, without padding and a sentence in one piece.
Var pack_sequences(Tape& tape, Var x, SequenceShape shape);

enum class GatedCell { gru, lstm };

/// One layer of a decoder: a cell as lstm() or gru() in sequence_ops.h.
struct DecoderLayer {
  Var input;      // G × inputs: of y_t (the lowest layer) or of the layer below; G is 4H or 3H
  Var feed;       // G × H: of h̃_{t−1}, lowest layer only; empty: no input feeding
  Var recurrent;  // G × H
  Var bias;       // G × 1
  Var recurrent_bias;  // G × 1, GRU only
  Var hidden, cell;    // the state to begin in, H × B; empty: zeros
};

/// What is attended to. Sentence n has the positions starts[n] … starts[n + 1] − 1.
struct AttentionMemory {
  Var keys;    // A × P: compared with the decoder's state
  Var values;  // H × P: what is read, already multiplied by the context's part of W_c
  const int* starts = nullptr;
  int sentences = 0;
  const int* sentence = nullptr;  // the sentence of each of the B sequences; null: the same number
};

struct AttentionDecoder {
  GatedCell cell = GatedCell::lstm;
  const DecoderLayer* layers = nullptr;  // from the lowest
  int layer_count = 0;
  AttentionMemory memory;
  Var query;           // A × H and
  Var score;           // A × 1: additive attention; both empty: the dot product of keys and state
  Var output;          // H × H: W_h, the state's part of W_c
  Var bias;            // H × 1
  Var feed;            // h̃ before the first step, H × B; empty: zeros
  double dropout = 0;  // of what goes from layer to layer
  bool sequence_dropout = false;  // one mask for all steps
};

inline constexpr int kMostDecoderLayers = 8;

struct AttentionResult {
  Var attended;  // h̃, H × (T·B)
  /// α: sequence b at step t has the weights of its sentence's positions at
  /// weights[offsets[b] + t · positions]; steps beyond its length are not written.
  const real* weights = nullptr;
  const std::size_t* offsets = nullptr;
  /// After the last step, layer by layer, H × B; they end with the tape's pass, and carry no
  /// gradient.
  const real* hidden[kMostDecoderLayers] = {};
  const real* cell[kMostDecoderLayers] = {};
};

/// Luong, Pham & Manning 2015, with input feeding:
///   h_t  = layers(y_t, h̃_{t−1}, h_{t−1})
///   e_ts = k_sᵀ h_t      or, additive (Bahdanau et al. 2015),      vᵀ tanh(W_q h_t + k_s)
///   α_t  = softmax_s(e_t),      h̃_t = tanh(Σ_s α_ts v_s + W_h h_t + b)
/// Keys k = W_a m make it general, the memory m itself dot. Values v = W_m m with W_c = [W_m W_h]:
/// W_c [c_t; h_t] takes the product with the context c_t = Σ_s α_ts m_s once a position instead of
/// once a step. y: inputs × (T·B). A padded step carries state and h̃ on. It is quickest if
/// sequences come by falling length. Training needs memory.sentence null.
AttentionResult attention_decoder(Tape& tape, Var y, const AttentionDecoder& decoder,
                                  SequenceShape shape);

}  // namespace weft
