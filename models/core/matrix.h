// The one numeric container. Columns are examples: a batch of feature vectors is D × N, a batch of
// T steps of B sequences is D × (T·B), time-major, step t being the columns [t·B, (t+1)·B).
#pragma once

#include <armadillo>
#include <cstdint>
#include <vector>

#include "models/core/kernels/scalar.h"

namespace weft {

using Matrix = arma::Mat<real>;
using Index = arma::uword;

/// T steps of B sequences with their lengths: which columns of a D × (T·B) matrix are real.
/// A position (t, b) with t >= lengths[b] is padding.
struct SequenceShape {
  int steps = 0;
  int examples = 0;
  const int* lengths = nullptr;  // B entries in [0, T]; null: all have T steps

  Index columns() const { return static_cast<Index>(steps) * static_cast<Index>(examples); }
  int length(int example) const { return lengths ? lengths[example] : steps; }
};

}  // namespace weft
