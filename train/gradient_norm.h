// The global norm of a gradient, in parallel.
#pragma once

#include <cstddef>
#include <vector>

#include "models/core/parameter.h"

namespace weft {

/// Square root of the sum of squares over everything touched. Summed in blocks that do not depend
/// on the number of threads, in double; allocates nothing once it has seen the largest gradient.
class GradientNorm {
 public:
  double operator()(const Gradients& gradients);

 private:
  std::vector<double> parts_;
};

}  // namespace weft
