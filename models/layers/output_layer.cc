#include "models/layers/output_layer.h"

namespace weft {

FullSoftmax::FullSoftmax(ParameterStore& store, const std::string& name, int inputs, int vocabulary,
                         const Initializer& weights)
    : weight_(store.add(name + ".weight", static_cast<Index>(vocabulary),
                        static_cast<Index>(inputs), weights)),
      bias_(store.add(name + ".bias", static_cast<Index>(vocabulary), 1, Initializer::zeros())) {}

Var FullSoftmax::loss(Tape& tape, Var hidden, const int* targets, SequenceShape) const {
  return affine_cross_entropy(tape, tape.parameter(weight_), hidden, tape.parameter(bias_),
                              targets);
}

Var FullSoftmax::scores(Tape& tape, Var hidden) const {
  return affine(tape, tape.parameter(weight_), hidden, tape.parameter(bias_));
}

TiedSoftmax::TiedSoftmax(ParameterStore& store, const std::string& name, const Parameter& table)
    : table_(table), bias_(store.add(name + ".bias", table.columns, 1, Initializer::zeros())) {}

Var TiedSoftmax::loss(Tape& tape, Var hidden, const int* targets, SequenceShape) const {
  return affine_transposed_cross_entropy(tape, tape.parameter(table_), hidden,
                                         tape.parameter(bias_), targets);
}

Var TiedSoftmax::scores(Tape& tape, Var hidden) const {
  return affine_transposed(tape, tape.parameter(table_), hidden, tape.parameter(bias_));
}

}  // namespace weft
