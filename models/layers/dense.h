// Fully connected layers.
#pragma once

#include <string>

#include "models/core/ops.h"

namespace weft {

/// y = W x + b; W: outputs × inputs.
class Dense {
 public:
  Dense(ParameterStore& store, const std::string& name, int inputs, int outputs,
        const Initializer& weights);
  Var operator()(Tape& tape, Var x) const;
  /// The activation of it, in one operation.
  Var operator()(Tape& tape, Var x, Activation activation) const;
  const Parameter& weight() const { return weight_; }

 private:
  const Parameter& weight_;
  const Parameter& bias_;
};

/// y = f(Wᵀ x + b) with the weight of another layer, W: inputs × outputs, and a bias of its own.
class TransposedDense {
 public:
  TransposedDense(ParameterStore& store, const std::string& name, const Dense& layer);
  Var operator()(Tape& tape, Var x, Activation activation) const;

 private:
  const Parameter& weight_;
  const Parameter& bias_;
};

}  // namespace weft
