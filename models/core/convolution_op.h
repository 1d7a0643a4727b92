// Operations on pictures: a column is C channels of H × W pixels, see kernels/convolution.h.
#pragma once

#include "models/core/kernels/convolution.h"
#include "models/core/tape.h"

namespace weft {

/// Input pictures to output pictures (LeCun et al. 1989). W: O × (C · K · K), b: O × 1, a number a
/// channel; x: input_size() × N, result: output_size() × N.
Var convolution(Tape& tape, Var W, Var x, Var b, const kernels::ConvolutionShape& shape);
/// The way back, from output pictures to input pictures, by the transposed map (Zeiler et al.
/// 2010). W as above, b: C × 1; x: output_size() × N, result: input_size() × N.
Var transposed_convolution(Tape& tape, Var W, Var x, Var b, const kernels::ConvolutionShape& shape);

}  // namespace weft
