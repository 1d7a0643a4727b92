// A softmax whose logits may have a higher rank than its weights.
#pragma once

#include <string>

#include "models/core/mixture_ops.h"
#include "models/layers/dense.h"
#include "models/layers/output_layer.h"
#include "models/layers/recurrent.h"

namespace weft {

/// Mixture of K softmaxes over the same weights (Yang et al. 2018, "Breaking the softmax
/// bottleneck", section 2.4):
///   P(w | h) = Σ_k π_k softmax(W h_k + b)_w,   π = softmax(W_π h),   h_k = tanh(U_k h + c_k)
/// W: V × D, U_k: D × H, W_π: K × H. The vocabulary's products and exponentials are K times as many
/// as those of a single softmax.
class MixtureSoftmax : public OutputLayer {
 public:
  struct Options {
    int components = 10;  // K
    double dropout = 0;   // on the h_k
    DropoutKind dropout_kind = DropoutKind::elements;
  };
  /// With weights of its own; `depth`: D.
  MixtureSoftmax(ParameterStore& store, const std::string& name, int inputs, int depth,
                 int vocabulary, const Options& options, const InitOptions& init);
  /// With an embedding's table, D × V, for Wᵀ.
  MixtureSoftmax(ParameterStore& store, const std::string& name, int inputs, const Parameter& table,
                 const Options& options, const InitOptions& init);

  Var loss(Tape& tape, Var hidden, const int* targets, SequenceShape shape) const override;
  /// Log-probabilities; throws std::logic_error on a tape that trains.
  Var scores(Tape& tape, Var hidden) const override;

 private:
  MixtureSoftmax(ParameterStore& store, const std::string& name, int inputs, int depth,
                 const Parameter& weights, bool tied, const Options& options,
                 const InitOptions& init);
  Mixture mixture(Tape& tape, Var hidden, SequenceShape shape) const;

  Options options_;
  const Parameter& weights_;  // V × D, or tied: D × V
  bool tied_;
  const Parameter& bias_;   // V × 1
  const Parameter& prior_;  // W_π
  Dense latent_;            // U_1 to U_K on top of each other
};

}  // namespace weft
