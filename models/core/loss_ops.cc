// Losses other than softmax cross-entropy: binary cross-entropy, squared error, the perceptron's.

#include <algorithm>
#include <cmath>

#include "models/core/ops.h"

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

Var scalar(Tape& tape, double value, Var input) {
  Var loss = tape.output(1, 1, {input});
  tape.value(loss)(0, 0) = static_cast<real>(value);
  return loss;
}

real arrived(Var loss, double normalizer) {
  return static_cast<real>(static_cast<double>((*loss.gradient())(0, 0)) / normalizer);
}

// −t log σ(z) − (1 − t) log(1 − σ(z)) = max(z, 0) − t z + log(1 + e^−|z|), which never overflows.
double binary_cross_entropy(double z, double t) {
  return std::max(z, 0.0) - t * z + std::log1p(std::exp(-std::abs(z)));
}

}  // namespace

Var sigmoid_cross_entropy(Tape& tape, Var logits, const Matrix& targets, double normalizer) {
  const std::size_t count = logits.value().n_elem;
  const real* wanted = kept_copy(tape, targets).memptr();
  const real* z = logits.value().memptr();
  double total = 0;
  for (std::size_t i = 0; i < count; ++i)
    total += binary_cross_entropy(static_cast<double>(z[i]), static_cast<double>(wanted[i]));
  const double divided_by = divisor(normalizer, static_cast<double>(logits.cols()));

  Var loss = scalar(tape, total / divided_by, logits);
  tape.record(loss, [=](Tape& t) {  // dz = σ(z) − t
    const auto target = t.target(logits);
    if (!target) return;
    const real scale = arrived(loss, divided_by);
    real* dz = target.matrix->memptr();
    for (std::size_t i = 0; i < count; ++i) {
      const real probability = 1 / (1 + std::exp(-z[i]));
      const real gradient = scale * (probability - wanted[i]);
      dz[i] = target.beta == 0 ? gradient : dz[i] + gradient;
    }
  });
  return loss;
}

Var squared_error(Tape& tape, Var x, const Matrix& targets, double normalizer) {
  const std::size_t count = x.value().n_elem;
  const real* wanted = kept_copy(tape, targets).memptr();
  const real* values = x.value().memptr();
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double difference = static_cast<double>(values[i]) - static_cast<double>(wanted[i]);
    total += difference * difference;
  }
  const double divided_by = divisor(normalizer, static_cast<double>(x.cols()));

  Var loss = scalar(tape, total / divided_by, x);
  tape.record(loss, [=](Tape& t) {  // dx = 2 (x − t)
    const auto target = t.target(x);
    if (!target) return;
    const real scale = 2 * arrived(loss, divided_by);
    real* dx = target.matrix->memptr();
    for (std::size_t i = 0; i < count; ++i) {
      const real gradient = scale * (values[i] - wanted[i]);
      dx[i] = target.beta == 0 ? gradient : dx[i] + gradient;
    }
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

  Var loss = scalar(tape, total / divided_by, logits);
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
