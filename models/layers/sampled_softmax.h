// A softmax over many words that is trained on a sample of them.
#pragma once

#include <string>

#include "models/layers/output_layer.h"

namespace weft {

/// Sampled softmax (Bengio & Senecal 2008; Jean et al. 2015). Scores are Eᵀ h + b, E: H × V, b:
/// 1 × V; answers use all of them. A training pass draws S words with replacement from a proposal
/// q, the same for all its columns, and takes
///   log( exp(z_target) + Σ_{s ≠ target} exp(z_s) / (S q_s) )
/// for the log of the normaliser: its exponential has the right expectation. So only columns of E
/// and b that were drawn or are targets receive gradients. q is log-uniform over ids, which count
/// from the most frequent word: q(w) = log((w + 2) / (w + 1)) / log(V + 1), nearly Zipf's law.
class SampledSoftmax : public OutputLayer {
 public:
  /// With weights of its own.
  SampledSoftmax(ParameterStore& store, const std::string& name, int inputs, int vocabulary,
                 int samples, const Initializer& weights);
  /// With an embedding's table for weights.
  SampledSoftmax(ParameterStore& store, const std::string& name, const Parameter& table,
                 int samples);

  /// The sample comes from the tape's noise. On a tape that answers: the full softmax's loss.
  Var loss(Tape& tape, Var hidden, const int* targets, SequenceShape shape) const override;
  /// Throws std::logic_error on a tape that trains.
  Var scores(Tape& tape, Var hidden) const override;

 private:
  const Parameter& table_;
  const Parameter& bias_;
  int samples_;
};

}  // namespace weft
