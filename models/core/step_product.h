// The products of a recurrent weight with one step after another.
#pragma once

#include <optional>

#include "models/core/kernels/banded_product.h"
#include "models/core/kernels/bf16_product.h"
#include "models/core/kernels/gemm.h"
#include "models/core/tape.h"

namespace weft {

/// Where a weight is laid out: in the tape's workspace, so that there is one at a time, or in its
/// arena beside others.
enum class StepMemory { workspace, arena };

/// Lays the weight out once for all steps, where that pays.
class StepProduct {
 public:
  /// With W or, if it is not quantized, Wᵀ; for so many steps of so many examples.
  StepProduct(Tape& tape, Var W, kernels::Transpose transpose, int steps, Index examples,
              StepMemory memory = StepMemory::workspace);

  /// Y = W X + beta · Y for N columns without gaps; beta is 0 or 1.
  void operator()(const real* X, Index N, real beta, real* Y) const;

 private:
  bool lay_out(Tape& tape, kernels::Transpose transpose, Index examples, StepMemory memory);

  Var W_;
  // One of these, or W itself.
  kernels::BandedMatrix banded_;
  Matrix transposed_;
  std::optional<kernels::Bf16Weight> bf16_;
  real* rounded_columns_ = nullptr;  // memory for X in bf16 on a processor without it
};

}  // namespace weft
