// Penalties that make a code sparse.

#include <algorithm>
#include <cmath>

#include "models/core/kernels/elementwise.h"
#include "models/core/ops.h"
#include "models/core/scalar_result.h"

namespace weft {
namespace {

/// Activities closer to 0 or 1 count as this close, where the divergence would be infinite.
constexpr double kClosest = 1e-6;

double divergence(double wanted, double mean) {
  return wanted * std::log(wanted / mean) + (1 - wanted) * std::log((1 - wanted) / (1 - mean));
}

}  // namespace

Var l1_penalty(Tape& tape, Var h, double weight) {
  const std::size_t count = h.value().n_elem;
  const double factor = weight / static_cast<double>(std::max<Index>(h.cols(), 1));
  const real* values = h.value().memptr();
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) total += std::abs(static_cast<double>(values[i]));
  Var loss = scalar_result(tape, factor * total, h);
  tape.record(loss, [=](Tape& t) {  // dh = λ sign(h) / N
    const auto target = t.target(h);
    if (!target) return;
    const real scale = static_cast<real>(factor) * (*loss.gradient())(0, 0);
    real* dh = target.matrix->memptr();
    for (std::size_t i = 0; i < count; ++i) {
      const real gradient = values[i] > 0 ? scale : values[i] < 0 ? -scale : real{0};
      dh[i] = target.beta == 0 ? gradient : dh[i] + gradient;
    }
  });
  return loss;
}

Var kl_penalty(Tape& tape, Var h, double activity, double weight) {
  const Index units = h.rows(), N = h.cols();
  const double columns = static_cast<double>(std::max<Index>(N, 1));
  double* means = tape.scratch_array<double>(units);
  std::fill_n(means, units, 0.0);
  for (Index n = 0; n < N; ++n)
    for (Index j = 0; j < units; ++j) means[j] += static_cast<double>(h.value()(j, n)) / columns;
  double total = 0;
  for (Index j = 0; j < units; ++j) {
    means[j] = std::clamp(means[j], kClosest, 1 - kClosest);
    total += divergence(activity, means[j]);
  }
  Var loss = scalar_result(tape, weight * total, h);
  tape.record(loss, [=](Tape& t) {  // dh = λ/N ((1 − ρ) / (1 − mean) − ρ / mean), of each column
    const auto target = t.target(h);
    if (!target) return;
    const double scale = weight / columns * static_cast<double>((*loss.gradient())(0, 0));
    real* slopes = t.scratch_array<real>(units);
    for (Index j = 0; j < units; ++j)
      slopes[j] =
          static_cast<real>(scale * ((1 - activity) / (1 - means[j]) - activity / means[j]));
    for (Index n = 0; n < N; ++n)
      kernels::elementwise().axpby(units, 1, slopes, target.beta, target.matrix->colptr(n));
  });
  return loss;
}

}  // namespace weft
