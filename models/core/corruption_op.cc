// Noise on the input of a model that learns to restore it.

#include <algorithm>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"

namespace weft {
namespace {

constexpr std::size_t kGrain = 1 << 12;  // elements a thread should at least have to itself

void corrupt_column(real* x, Index rows, Noise noise, RandomStream random, real* kept) {
  for (Index i = 0; i < rows; ++i) {
    if (noise.kind == NoiseKind::gaussian) {
      x[i] += static_cast<real>(noise.amount * random.normal());
      if (kept) kept[i] = 1;
      continue;
    }
    const double drawn = random.uniform();
    const bool lost = drawn < noise.amount;
    if (lost)
      x[i] = noise.kind == NoiseKind::salt_pepper && drawn < noise.amount / 2 ? real{1} : real{0};
    if (kept) kept[i] = lost ? real{0} : real{1};
  }
}

}  // namespace

// A stream a column, so that the result is the same on any number of threads.
void corrupt(Matrix& x, Noise noise, std::uint64_t key, real* kept) {
  if (noise.kind == NoiseKind::none) {
    if (kept) std::fill_n(kept, x.n_elem, real{1});
    return;
  }
  kernels::parallel_for(
      x.n_cols, 1 + kGrain / (x.n_rows + 1), [&](std::size_t begin, std::size_t end) {
        for (std::size_t n = begin; n < end; ++n)
          corrupt_column(x.colptr(n), x.n_rows, noise, RandomStream(key + n, "noise"),
                         kept ? kept + n * x.n_rows : nullptr);
      });
}

Var corrupt(Tape& tape, Var x, Noise noise) {
  if (!tape.training() || noise.kind == NoiseKind::none) return x;
  Var y = tape.output(x.rows(), x.cols(), {x});
  tape.value(y) = x.value();
  real* kept = x.needs_gradient() ? tape.scratch_array<real>(x.value().n_elem) : nullptr;
  corrupt(tape.value(y), noise, tape.noise().next(), kept);
  tape.record(y, [=](Tape& t) {
    if (auto target = t.target(x))
      kernels::elementwise().multiply(x.value().n_elem, y.gradient()->memptr(), kept, target.beta,
                                      target.matrix->memptr());
  });
  return y;
}

}  // namespace weft
