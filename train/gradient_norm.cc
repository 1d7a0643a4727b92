#include "train/gradient_norm.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"

namespace weft {

double GradientNorm::operator()(const Gradients& gradients) {
  constexpr std::size_t kBlock = std::size_t{1} << 14;
  const auto& kernel = kernels::elementwise();
  double squares = 0;
  for (std::size_t index = 0; index < gradients.size(); ++index) {
    const Gradient& gradient = gradients[index];
    const std::size_t rows = gradient.value.n_rows, all = gradient.value.n_elem;
    // A part is a block of a dense gradient, or a touched column.
    const std::size_t parts =
        gradient.dense ? (all + kBlock - 1) / kBlock : gradient.columns.size();
    const std::size_t size = gradient.dense ? kBlock : std::max<std::size_t>(1, rows);
    parts_.resize(parts);
    kernels::parallel_for(
        parts, std::max<std::size_t>(1, 4 * kBlock / size),
        [&](std::size_t begin, std::size_t end) {
          for (std::size_t k = begin; k < end; ++k) {
            const std::size_t first = gradient.dense ? k * kBlock : gradient.columns[k] * rows;
            const std::size_t n = gradient.dense ? std::min(kBlock, all - first) : rows;
            parts_[k] = kernel.sum_of_squares(n, gradient.value.memptr() + first);
          }
        });
    squares = std::accumulate(parts_.begin(), parts_.end(), squares);
  }
  return std::sqrt(squares);
}

}  // namespace weft
