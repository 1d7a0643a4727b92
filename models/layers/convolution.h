// Convolutional layers.
#pragma once

#include <string>

#include "models/core/convolution_op.h"

namespace weft {

/// Input pictures to output pictures.
class Convolution {
 public:
  Convolution(ParameterStore& store, const std::string& name,
              const kernels::ConvolutionShape& shape, const Initializer& weights);
  Var operator()(Tape& tape, Var x) const;
  const kernels::ConvolutionShape& shape() const { return shape_; }
  const Parameter& weight() const { return weight_; }

 private:
  kernels::ConvolutionShape shape_;
  const Parameter& weight_;
  const Parameter& bias_;
};

/// The way back: with weights of its own, or with those of `layer`.
class TransposedConvolution {
 public:
  TransposedConvolution(ParameterStore& store, const std::string& name, const Convolution& layer,
                        bool tied, const Initializer& weights);
  Var operator()(Tape& tape, Var x) const;

 private:
  kernels::ConvolutionShape shape_;
  const Parameter& weight_;
  const Parameter& bias_;
};

}  // namespace weft
