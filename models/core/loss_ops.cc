// Losses other than softmax cross-entropy with one target: binary cross-entropy, squared error, a
// softmax against a distribution, the perceptron's.

#include <algorithm>
#include <cmath>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"
#include "models/core/scalar_result.h"

namespace weft {
namespace {

// Losses are summed in double and divided once; the caller's targets may be gone when backward
// runs, so they are copied.
Matrix kept_copy(Tape& tape, const Matrix& matrix) {
  Matrix copy = tape.scratch(matrix.n_rows, matrix.n_cols);
  std::copy_n(matrix.memptr(), matrix.n_elem, copy.memptr());
  return copy;
}

double divisor(double normalizer, double counted) {
  return normalizer == 0 ? std::max(1.0, counted) : normalizer;
}

real arrived(Var loss, double normalizer) {
  return static_cast<real>(static_cast<double>((*loss.gradient())(0, 0)) / normalizer);
}

/// Σ_n column(n), added in the order of the columns whatever the number of threads.
template <class Column>
double sum_over_columns(Tape& tape, Index M, Index N, const Column& column) {
  double* totals = tape.scratch_array<double>(N);
  kernels::parallel_for(N, kernels::columns_of_a_pass(M), [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) totals[n] = column(n);
  });
  double total = 0;
  for (Index n = 0; n < N; ++n) total += totals[n];
  return total;
}

}  // namespace

// −t log σ(z) − (1 − t) log(1 − σ(z)) = max(z, 0) − t z + log(1 + e^−|z|), which never overflows.
Var sigmoid_cross_entropy(Tape& tape, Var logits, const Matrix& targets, double normalizer) {
  const Index M = logits.rows(), N = logits.cols();
  const Matrix wanted = kept_copy(tape, targets);
  const real* t0 = wanted.memptr();
  Matrix scratch = tape.scratch(M, N);
  const double total = sum_over_columns(tape, M, N, [&](std::size_t n) {
    const auto& kernel = kernels::elementwise();
    const real *z = logits.value().colptr(n), *t = wanted.colptr(n);
    real* column = scratch.colptr(n);
    double sum = 0;
    for (Index i = 0; i < M; ++i) {
      sum += static_cast<double>(std::max(z[i], real{0}) - t[i] * z[i]);
      column[i] = -std::abs(z[i]);
    }
    kernel.softplus(M, column, column);
    return sum + kernel.sum(M, column);
  });
  const double divided_by = divisor(normalizer, static_cast<double>(N));

  Var loss = scalar_result(tape, total / divided_by, logits);
  real* space = scratch.memptr();
  tape.record(loss, [=](Tape& t) {  // dz = σ(z) − t
    const auto target = t.target(logits);
    if (!target) return;
    const real scale = arrived(loss, divided_by);
    kernels::parallel_for(M * N, kernels::kPassGrain, [&](std::size_t begin, std::size_t end) {
      const auto& kernel = kernels::elementwise();
      const std::size_t count = end - begin;
      kernel.sigmoid(count, logits.value().memptr() + begin, space + begin);
      kernel.axpby(count, -1, t0 + begin, 1, space + begin);
      kernel.axpby(count, scale, space + begin, target.beta, target.matrix->memptr() + begin);
    });
  });
  return loss;
}

Var squared_error(Tape& tape, Var x, const Matrix& targets, double normalizer) {
  const Index M = x.rows(), N = x.cols();
  Matrix differences = tape.scratch(M, N);
  const double total = sum_over_columns(tape, M, N, [&](std::size_t n) {
    const auto& kernel = kernels::elementwise();
    real* column = differences.colptr(n);
    std::copy_n(x.value().colptr(n), M, column);
    kernel.axpby(M, -1, targets.colptr(n), 1, column);
    return kernel.sum_of_squares(M, column);
  });
  const double divided_by = divisor(normalizer, static_cast<double>(N));

  Var loss = scalar_result(tape, total / divided_by, x);
  const real* kept = differences.memptr();
  tape.record(loss, [=](Tape& t) {  // dx = 2 (x − t)
    const auto target = t.target(x);
    if (!target) return;
    const real scale = 2 * arrived(loss, divided_by);
    kernels::parallel_for(M * N, kernels::kPassGrain, [&](std::size_t begin, std::size_t end) {
      kernels::elementwise().axpby(end - begin, scale, kept + begin, target.beta,
                                   target.matrix->memptr() + begin);
    });
  });
  return loss;
}

// −Σ s log softmax(z) = log Σ exp z − s·z for shares s that sum to one.
Var distribution_cross_entropy(Tape& tape, Var logits, const Matrix& targets, double normalizer) {
  const Index M = logits.rows(), N = logits.cols();
  Matrix shares = tape.scratch(M, N);
  double* log_sums = tape.scratch_array<double>(N);
  bool* counted = tape.scratch_array<bool>(N);
  const double total = sum_over_columns(tape, M, N, [&](std::size_t n) {
    const auto& kernel = kernels::elementwise();
    const double sum = kernel.sum(M, targets.colptr(n));
    counted[n] = sum > 0;
    if (!counted[n]) return 0.0;
    kernel.axpby(M, static_cast<real>(1 / sum), targets.colptr(n), 0, shares.colptr(n));
    log_sums[n] = kernel.log_sum_exp(M, logits.value().colptr(n));
    return log_sums[n] -
           static_cast<double>(kernel.dot(M, shares.colptr(n), logits.value().colptr(n)));
  });
  const double columns = static_cast<double>(std::count(counted, counted + N, true));
  const double divided_by = divisor(normalizer, columns);

  Var loss = scalar_result(tape, total / divided_by, logits);
  const real* kept = shares.memptr();
  tape.record(loss, [=](Tape& t) {  // dz = softmax(z) − s
    const auto target = t.target(logits);
    if (!target) return;
    const real scale = arrived(loss, divided_by);
    kernels::parallel_for(N, kernels::columns_of_a_pass(M),
                          [&](std::size_t begin, std::size_t end) {
                            const auto& kernel = kernels::elementwise();
                            for (std::size_t n = begin; n < end; ++n) {
                              real* dz = target.matrix->colptr(n);
                              if (counted[n]) {
                                kernel.scaled_exp(M, scale, static_cast<real>(log_sums[n]),
                                                  logits.value().colptr(n), target.beta, dz);
                                kernel.axpby(M, -scale, kept + n * M, 1, dz);
                              } else if (target.beta == 0) {
                                std::fill_n(dz, M, real{0});
                              }
                            }
                          });
  });
  return loss;
}

Var perceptron_loss(Tape& tape, Var logits, const int* targets, double normalizer) {
  const Matrix& z = logits.value();
  const Index N = z.n_cols;
  int* wanted = tape.scratch_array<int>(N);
  std::copy_n(targets, N, wanted);
  Index* winners = tape.scratch_array<Index>(N);
  double total = 0, counted = 0;
  for (Index n = 0; n < N; ++n) {
    if (wanted[n] < 0) continue;
    winners[n] = z.col(n).index_max();
    total += static_cast<double>(z(winners[n], n)) -
             static_cast<double>(z(static_cast<Index>(wanted[n]), n));
    ++counted;
  }
  const double divided_by = divisor(normalizer, counted);

  Var loss = scalar_result(tape, total / divided_by, logits);
  tape.record(loss, [=](Tape& t) {  // one up for the winner, one down for the target
    const auto target = t.target(logits);
    if (!target) return;
    const real scale = arrived(loss, divided_by);
    if (target.beta == 0) target.matrix->zeros();
    for (Index n = 0; n < N; ++n) {
      if (wanted[n] < 0) continue;
      (*target.matrix)(winners[n], n) += scale;
      (*target.matrix)(static_cast<Index>(wanted[n]), n) -= scale;
    }
  });
  return loss;
}

}  // namespace weft
