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

}  // namespace weft
