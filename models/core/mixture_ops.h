// Mixtures of softmaxes as single operations: K times as many logits as a softmax has, of which no
// more than a few are ever in memory.
#pragma once

#include "models/core/tape.h"

namespace weft {

/// Columns of V logits in memory at a time, K a position; at least one position's. With fewer, the
/// products with the weights would read more than they multiply.
inline constexpr Index kMixtureColumns = 1024;

/// P(w | n) = Σ_k π_kn softmax(W h_kn + b)_w (Yang et al. 2018, "Breaking the softmax bottleneck",
/// section 2.4) with π_n = softmax of column n of `prior`.
struct Mixture {
  Var W;          // V × D, or D × V
  Var b;          // V × 1
  bool is_table;  // W is D × V: an embedding
  Var latent;     // (K·D) × N: h_1 to h_K on top of each other
  Var prior;      // K × N: logits of π

  Index words() const { return is_table ? W.cols() : W.rows(); }
  Index depth() const { return is_table ? W.rows() : W.cols(); }
  Index components() const { return prior.rows(); }
};

/// 1 × 1: the mean over the columns with targets[n] ≥ 0 of −log P(targets[n] | n). On a tape that
/// trains the gradients are made on the way, for an incoming one of 1: positions are taken some at
/// a time, and their logits turn into gradients where they are.
Var mixture_cross_entropy(Tape& tape, const Mixture& mixture, const int* targets);

/// V × N: log P, without a gradient. Weights may be quantized or laid out.
Var mixture_log_probabilities(Tape& tape, const Mixture& mixture);

}  // namespace weft
