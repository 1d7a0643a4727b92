#include "models/layers/dense.h"

namespace weft {

Dense::Dense(ParameterStore& store, const std::string& name, int inputs, int outputs,
             const Initializer& weights)
    : weight_(store.add(name + ".weight", static_cast<Index>(outputs), static_cast<Index>(inputs),
                        weights)),
      bias_(store.add(name + ".bias", static_cast<Index>(outputs), 1, Initializer::zeros())) {}

Var Dense::operator()(Tape& tape, Var x) const {
  return affine(tape, tape.parameter(weight_), x, tape.parameter(bias_));
}

Var Dense::operator()(Tape& tape, Var x, Activation activation) const {
  return dense(tape, tape.parameter(weight_), x, tape.parameter(bias_), activation);
}

TransposedDense::TransposedDense(ParameterStore& store, const std::string& name, const Dense& layer)
    : weight_(layer.weight()),
      bias_(store.add(name + ".bias", weight_.columns, 1, Initializer::zeros())) {}

Var TransposedDense::operator()(Tape& tape, Var x, Activation activation) const {
  return dense_transposed(tape, tape.parameter(weight_), x, tape.parameter(bias_), activation);
}

}  // namespace weft
