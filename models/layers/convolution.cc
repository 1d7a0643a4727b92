#include "models/layers/convolution.h"

namespace weft {

Convolution::Convolution(ParameterStore& store, const std::string& name,
                         const kernels::ConvolutionShape& shape, const Initializer& weights)
    : shape_(shape),
      weight_(store.add(name + ".weight", shape.outputs, shape.weight_columns(), weights)),
      bias_(store.add(name + ".bias", shape.outputs, 1, Initializer::zeros())) {}

Var Convolution::operator()(Tape& tape, Var x) const {
  return convolution(tape, tape.parameter(weight_), x, tape.parameter(bias_), shape_);
}

TransposedConvolution::TransposedConvolution(ParameterStore& store, const std::string& name,
                                             const Convolution& layer, bool tied,
                                             const Initializer& weights)
    : shape_(layer.shape()),
      weight_(tied ? layer.weight()
                   : store.add(name + ".weight", shape_.outputs, shape_.weight_columns(), weights)),
      bias_(store.add(name + ".bias", shape_.channels, 1, Initializer::zeros())) {}

Var TransposedConvolution::operator()(Tape& tape, Var x) const {
  return transposed_convolution(tape, tape.parameter(weight_), x, tape.parameter(bias_), shape_);
}

}  // namespace weft
