// From hidden vectors to a distribution over a vocabulary: the last layer of a language model.
#pragma once

#include <string>

#include "models/core/ops.h"
#include "models/core/sequence_ops.h"

namespace weft {

/// hidden: H × N; targets: N ids, a negative one is not counted; shape: of the N columns, for what
/// is random once a sequence.
class OutputLayer {
 public:
  virtual ~OutputLayer() = default;

  /// 1 × 1: mean over the counted columns of −log p(target), or what stands in for it in training.
  virtual Var loss(Tape& tape, Var hidden, const int* targets, SequenceShape shape) const = 0;
  /// V × N, log-probabilities up to a constant a column. For a tape that answers: throws
  /// std::logic_error on one that trains if the layer trains by other means (loss()).
  virtual Var scores(Tape& tape, Var hidden) const = 0;
};

/// Softmax over W h + b, W: V × H.
class FullSoftmax : public OutputLayer {
 public:
  FullSoftmax(ParameterStore& store, const std::string& name, int inputs, int vocabulary,
              const Initializer& weights);
  Var loss(Tape& tape, Var hidden, const int* targets, SequenceShape shape) const override;
  Var scores(Tape& tape, Var hidden) const override;

 private:
  const Parameter& weight_;
  const Parameter& bias_;
};

/// Softmax over Eᵀ h + b, E: H × V, the embedding (Press & Wolf 2017).
class TiedSoftmax : public OutputLayer {
 public:
  TiedSoftmax(ParameterStore& store, const std::string& name, const Parameter& table);
  Var loss(Tape& tape, Var hidden, const int* targets, SequenceShape shape) const override;
  Var scores(Tape& tape, Var hidden) const override;

 private:
  const Parameter& table_;
  const Parameter& bias_;
};

}  // namespace weft
