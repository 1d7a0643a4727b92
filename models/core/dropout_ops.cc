// Inverted dropout. A mask is a function of a key and the element's number, so it is never stored:
// backward asks for it again.

#include <algorithm>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"

namespace weft {
namespace {

constexpr std::size_t kGrain = 1 << 15;

// The mask repeats every `period` elements.
void masked(const Matrix& x, std::uint64_t key, real rate, std::size_t period, real beta,
            Matrix& y) {
  const auto& kernel = kernels::elementwise();
  for (std::size_t start = 0; start < x.n_elem; start += period) {
    const std::size_t count = std::min(period, static_cast<std::size_t>(x.n_elem) - start);
    kernels::parallel_for(count, kGrain, [&](std::size_t begin, std::size_t end) {
      kernel.dropout(end - begin, key, begin, rate, x.memptr() + start + begin, beta,
                     y.memptr() + start + begin);
    });
  }
}

Var masked_var(Tape& tape, Var x, double rate, std::size_t period) {
  if (!tape.training() || rate <= 0 || x.value().is_empty()) return x;
  const std::uint64_t key = tape.noise().next();
  const real p = static_cast<real>(rate);
  Var y = tape.output(x.rows(), x.cols(), {x});
  masked(x.value(), key, p, period, 0, tape.value(y));
  tape.record(y, [=](Tape& t) {
    if (auto target = t.target(x))
      masked(*y.gradient(), key, p, period, target.beta, *target.matrix);
  });
  return y;
}

}  // namespace

Var dropout(Tape& tape, Var x, double rate) { return masked_var(tape, x, rate, x.value().n_elem); }

Var sequence_dropout(Tape& tape, Var x, double rate, int examples) {
  return masked_var(tape, x, rate, x.rows() * static_cast<Index>(examples));
}

}  // namespace weft
