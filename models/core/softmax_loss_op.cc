// Softmax cross-entropy, and log-likelihoods off the tape.

#include <algorithm>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"
#include "models/core/scalar_result.h"

namespace weft {
namespace {

// loss = lse − (1 − ε) z_target − ε mean(z)
double column_loss(const kernels::Elementwise& kernel, const Matrix& logits, Index n, int target,
                   double smoothing, double log_sum) {
  const real* z = logits.colptr(n);
  double loss = log_sum - (1 - smoothing) * static_cast<double>(z[target]);
  if (smoothing > 0)
    loss -= smoothing * kernel.sum(logits.n_rows, z) / static_cast<double>(logits.n_rows);
  return loss;
}

}  // namespace

Var softmax_cross_entropy(Tape& tape, Var logits, const int* targets, double smoothing,
                          double normalizer) {
  const Matrix& z = logits.value();
  const Index N = z.n_cols, M = z.n_rows;
  const int* wanted = tape.keep(targets, N);
  double* log_sums = tape.scratch_array<double>(N);
  double* losses = tape.scratch_array<double>(N);
  kernels::parallel_for(N, 1 + (1u << 13) / (M + 1), [&](std::size_t begin, std::size_t end) {
    const auto& kernel = kernels::elementwise();
    for (std::size_t n = begin; n < end; ++n) {
      losses[n] = 0;
      if (wanted[n] < 0) continue;
      log_sums[n] = kernel.log_sum_exp(M, z.colptr(n));
      losses[n] = column_loss(kernel, z, n, wanted[n], smoothing, log_sums[n]);
    }
  });
  double total = 0;
  for (Index n = 0; n < N; ++n) total += losses[n];
  if (normalizer == 0)
    normalizer = std::max<double>(
        1, static_cast<double>(std::count_if(wanted, wanted + N, [](int id) { return id >= 0; })));

  Var loss = scalar_result(tape, total / normalizer, logits);
  tape.record(loss, [=](Tape& t) {
    const auto target = t.target(logits);
    if (!target) return;
    const Matrix& values = logits.value();
    const real scale =
        static_cast<real>(static_cast<double>((*loss.gradient())(0, 0)) / normalizer);
    const real spread = scale * static_cast<real>(smoothing) / static_cast<real>(M);
    kernels::parallel_for(N, 1 + (1u << 13) / (M + 1), [&](std::size_t begin, std::size_t end) {
      const auto& kernel = kernels::elementwise();
      for (std::size_t n = begin; n < end; ++n) {
        real* dz = target.matrix->colptr(n);
        if (wanted[n] < 0) {
          if (target.beta == 0) std::fill_n(dz, M, real{0});
          continue;
        }
        kernel.scaled_exp(M, scale, static_cast<real>(log_sums[n]), values.colptr(n), target.beta,
                          dz);
        if (smoothing > 0)
          for (Index m = 0; m < M; ++m) dz[m] -= spread;
        dz[wanted[n]] -= scale * static_cast<real>(1 - smoothing);
      }
    });
  });
  return loss;
}

void log_likelihoods(const Matrix& logits, const int* targets, double* result) {
  const Index M = logits.n_rows;
  kernels::parallel_for(
      logits.n_cols, 1 + (1u << 13) / (M + 1), [&](std::size_t begin, std::size_t end) {
        const auto& kernel = kernels::elementwise();
        for (std::size_t n = begin; n < end; ++n)
          result[n] = targets[n] < 0
                          ? 0.0
                          : static_cast<double>(logits(static_cast<Index>(targets[n]), n)) -
                                kernel.log_sum_exp(M, logits.colptr(n));
      });
}

}  // namespace weft
