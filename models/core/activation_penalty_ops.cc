// Penalties on the activations of recurrent layers.

#include <algorithm>

#include "models/core/kernels/elementwise.h"
#include "models/core/ops.h"
#include "models/core/scalar_result.h"

namespace weft {

Var activation_penalty(Tape& tape, Var h, double weight) {
  const std::size_t count = h.value().n_elem;
  const double factor = count > 0 ? weight / static_cast<double>(count) : 0;
  const double sum = kernels::elementwise().sum_of_squares(count, h.value().memptr());
  Var loss = scalar_result(tape, factor * sum, h);
  tape.record(loss, [=](Tape& t) {  // dh = 2 α h / count
    const auto target = t.target(h);
    if (!target) return;
    const real scale = static_cast<real>(2 * factor) * (*loss.gradient())(0, 0);
    kernels::elementwise().axpby(count, scale, h.value().memptr(), target.beta,
                                 target.matrix->memptr());
  });
  return loss;
}

Var temporal_penalty(Tape& tape, Var h, double weight, int examples) {
  const std::size_t step = h.rows() * static_cast<Index>(examples), all = h.value().n_elem;
  const std::size_t count = all > step ? all - step : 0;
  const double factor = count > 0 ? weight / static_cast<double>(count) : 0;
  real* changes = tape.scratch_array<real>(count);  // h_t − h_{t−1}, from the second step on
  std::copy_n(h.value().memptr() + (all - count), count, changes);
  const auto& kernel = kernels::elementwise();
  kernel.axpby(count, -1, h.value().memptr(), 1, changes);
  Var loss = scalar_result(tape, factor * kernel.sum_of_squares(count, changes), h);
  tape.record(loss, [=](Tape& t) {
    const auto target = t.target(h);
    if (!target) return;
    const real scale = static_cast<real>(2 * factor) * (*loss.gradient())(0, 0);
    real* dh = target.matrix->memptr();
    if (target.beta == 0) std::fill_n(dh, all, real{0});
    const auto& add = kernels::elementwise().axpby;
    add(count, scale, changes, 1, dh + (all - count));
    add(count, -scale, changes, 1, dh);
  });
  return loss;
}

}  // namespace weft
