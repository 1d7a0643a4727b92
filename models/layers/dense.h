// A fully connected layer.
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

 private:
  const Parameter& weight_;
  const Parameter& bias_;
};

}  // namespace weft
