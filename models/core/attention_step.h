// One step of attention for one sequence, forwards and backwards. Private to attention_decoder().
#pragma once

#include "models/core/attention_ops.h"
#include "models/core/kernels/elementwise.h"

namespace weft {

/// The attention of a pass; plain values, so that the tape may keep it. Weights lie sequence by
/// sequence, step by step: positions × T in one piece, so that what all steps give to a sentence's
/// keys and values is one product.
struct Attention {
  Var keys, values, score;  // score empty: dot product
  Index A, H, B;
  const int* starts;
  const int* sentence;         // of each sequence; null: the same number
  const std::size_t* offsets;  // B
  real* weights;               // α
  real* d_scores;              // backward: the gradients of e
  real* energies;              // A × B, scratch, additive only
  real* d_keys;                // A × P, backward, additive only
  real* d_score;               // A × B: of v, sequence by sequence, backward, additive only

  bool additive() const { return bool(score); }
  Index sentence_of(Index b) const { return sentence ? static_cast<Index>(sentence[b]) : b; }
  Index first(Index b) const { return static_cast<Index>(starts[sentence_of(b)]); }
  Index positions(Index b) const {
    return static_cast<Index>(starts[sentence_of(b) + 1]) - first(b);
  }
  std::size_t place(Index b, Index t) const { return offsets[b] + t * positions(b); }

  /// α_t from the query (h_t, or W_q h_t): A; adds Σ_s α_ts v_s to `sum`: H.
  void forward(const kernels::Elementwise& kernel, Index b, Index t, const real* query,
               real* sum) const;
  /// From the gradient of that sum; adds to that of the query.
  void backward(const kernels::Elementwise& kernel, Index b, Index t, const real* query,
                const real* d_sum, real* d_query) const;

 private:
  const real* key(Index position) const { return keys.value().colptr(position); }
  /// tanh(q + k_s), in `energies`.
  real* energy(const kernels::Elementwise& kernel, Index b, Index position,
               const real* query) const;
  void backward_through_energies(const kernels::Elementwise& kernel, Index b, const real* query,
                                 const real* d_score_of_position, real* d_query) const;
};

}  // namespace weft
