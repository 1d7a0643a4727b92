// What the gradient tests share.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/gradient_check.h"
#include "models/core/ops.h"
#include "models/core/sequence_ops.h"

namespace weft {

inline Matrix random_matrix(Index rows, Index columns, std::uint64_t seed, double deviation = 1) {
  RandomStream random(seed, "test matrix");
  Matrix matrix(rows, columns);
  for (real& number : matrix) number = static_cast<real>(deviation * random.normal());
  return matrix;
}

/// Numbers that keep away from 0 and from each other, for functions with kinks.
inline Matrix spread_matrix(Index rows, Index columns, std::uint64_t seed) {
  std::vector<real> numbers;
  for (Index i = 0; i < rows * columns; ++i)
    numbers.push_back((static_cast<real>(i) + real(0.5)) / static_cast<real>(rows * columns) * 4 -
                      2);
  RandomStream(seed, "test matrix").shuffle(numbers);
  return Matrix(numbers.data(), rows, columns);
}

/// A copy of `matrix` in the tape's memory, without a gradient.
inline Var copied(Tape& tape, const Matrix& matrix) {
  Var var = tape.output(matrix.n_rows, matrix.n_cols, {});
  tape.value(var) = matrix;
  return var;
}

/// Σ weights ∘ y.
inline Var weighted_sum(Tape& tape, Var y, const Matrix& weights) {
  const Matrix left(1, y.rows(), arma::fill::ones), right(y.cols(), 1, arma::fill::ones);
  Var product = multiply(tape, y, copied(tape, weights));
  return affine(tape, affine(tape, copied(tape, left), product), copied(tape, right));
}

/// A loss through which every number of y receives a gradient of its own.
inline Var projected(Tape& tape, Var y, std::uint64_t seed = 99) {
  return weighted_sum(tape, y, random_matrix(y.rows(), y.cols(), seed));
}

inline Parameter& add_parameter(ParameterStore& store, const std::string& name, Index rows,
                                Index columns, double deviation = 0.7) {
  Parameter& parameter = store.add(name, rows, columns, Initializer::normal(deviation));
  parameter.value.set_size(rows, columns);
  RandomStream random(7, name);
  initialize(parameter.value, parameter.initializer, random);
  return parameter;
}

/// Numbers for every parameter, biases included, which layers begin with zero.
inline void randomize(ParameterStore& store) {
  for (Parameter& parameter : store) {
    parameter.value.set_size(parameter.rows, parameter.columns);
    RandomStream random(7, parameter.name);
    initialize(parameter.value, Initializer::normal(0.7), random);
  }
}

inline void expect_gradients(ParameterStore& store, const std::vector<Matrix*>& inputs,
                             const CheckedLoss& loss) {
  const GradientCheckReport report = check_gradients(store, inputs, loss);
  EXPECT_LE(report.worst, 1e-6) << report.describe();
  EXPECT_GT(report.checked, 0u);
}

/// For losses of inputs alone.
inline void expect_gradients(const std::vector<Matrix*>& inputs, const CheckedLoss& loss) {
  ParameterStore none;
  expect_gradients(none, inputs, loss);
}

/// The same columns in another step count or order of examples are the business of the caller;
/// this compares number by number, relative to the larger of the number and 1.
inline void expect_near(const Matrix& actual, const Matrix& expected, double tolerance,
                        const std::string& what) {
  ASSERT_EQ(actual.n_rows, expected.n_rows) << what;
  ASSERT_EQ(actual.n_cols, expected.n_cols) << what;
  for (Index j = 0; j < actual.n_cols; ++j)
    for (Index i = 0; i < actual.n_rows; ++i)
      EXPECT_NEAR(actual(i, j), expected(i, j),
                  tolerance * std::max(1.0, std::abs(static_cast<double>(expected(i, j)))))
          << what << " at (" << i << ", " << j << ")";
}

}  // namespace weft
