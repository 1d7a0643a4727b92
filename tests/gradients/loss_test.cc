// Losses: gradients against finite differences, values against their definitions.

#include <cmath>

#include "gradient_testing.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;

const std::vector<int> kTargets = {2, -1, 0, 4, -1, 2};

// −(1 − ε) log p_target − ε/M Σ_m log p_m, summed over the columns that count.
double expected_cross_entropy(const Matrix& logits, const std::vector<int>& targets, double eps) {
  double total = 0;
  for (Index n = 0; n < logits.n_cols; ++n) {
    if (targets[n] < 0) continue;
    const arma::vec p = arma::exp(logits.col(n)) / arma::accu(arma::exp(logits.col(n)));
    total -= (1 - eps) * std::log(p(static_cast<Index>(targets[n])));
    total -= eps * arma::mean(arma::log(p));
  }
  return total;
}

TEST(SoftmaxCrossEntropy, ValueWithSmoothingAndIgnoredColumns) {
  const Matrix z = random_matrix(5, 6, 1);
  Tape tape;
  Var logits = tape.constant(z);
  EXPECT_NEAR(softmax_cross_entropy(tape, logits, kTargets.data()).value()(0, 0),
              expected_cross_entropy(z, kTargets, 0) / 4, 1e-12);
  EXPECT_NEAR(softmax_cross_entropy(tape, logits, kTargets.data(), 0.1, 7).value()(0, 0),
              expected_cross_entropy(z, kTargets, 0.1) / 7, 1e-12);
}

TEST(SoftmaxCrossEntropy, Gradients) {
  Matrix z = random_matrix(5, 6, 1);
  for (const double smoothing : {0.0, 0.2})
    for (const double normalizer : {0.0, 2.5})
      expect_gradients({&z}, [&](Tape& tape, const Inputs& v) {
        return softmax_cross_entropy(tape, v[0], kTargets.data(), smoothing, normalizer);
      });
}

TEST(SoftmaxCrossEntropy, GradientIsAddedToAnEarlierOne) {
  Matrix z = random_matrix(5, 6, 1);
  expect_gradients({&z}, [&](Tape& tape, const Inputs& v) {
    Var first = softmax_cross_entropy(tape, v[0], kTargets.data(), 0.1);
    return add(tape, first, softmax_cross_entropy(tape, v[0], kTargets.data(), 0, 1));
  });
}

TEST(SoftmaxCrossEntropy, NothingCounted) {
  Matrix z = random_matrix(5, 2, 1);
  const std::vector<int> none = {-1, -1};
  expect_gradients({&z}, [&](Tape& tape, const Inputs& v) {
    Var loss = softmax_cross_entropy(tape, v[0], none.data());
    EXPECT_EQ(loss.value()(0, 0), 0);
    return loss;
  });
}

TEST(SoftmaxCrossEntropy, HugeLogitsStayFinite) {
  const Matrix z = {{1e4, -1e4}, {-1e4, 1e4}};
  const std::vector<int> targets = {1, 1};
  Tape tape;
  EXPECT_NEAR(softmax_cross_entropy(tape, tape.constant(z), targets.data(), 0, 1).value()(0, 0),
              2e4, 1e-8);
}

// In one operation what affine and softmax_cross_entropy are in two; 70 columns are several chunks.
TEST(AffineCrossEntropy, ValueAndGradients) {
  Matrix W = random_matrix(5, 3, 1), table = W.t(), b = random_matrix(5, 1, 2);
  for (const Index columns : {6u, 70u}) {
    Matrix x = random_matrix(3, columns, 3);
    std::vector<int> targets;
    for (Index n = 0; n < columns; ++n) targets.push_back(kTargets[n % kTargets.size()]);
    for (const double smoothing : {0.0, 0.3}) {
      const double normalizer = smoothing > 0 ? 2.5 : 0;
      Tape tape;
      const auto expected = softmax_cross_entropy(
          tape, affine(tape, tape.constant(W), tape.constant(x), tape.constant(b)), targets.data(),
          smoothing, normalizer);
      const auto check = [&](Matrix& weights, auto loss_of) {
        EXPECT_NEAR(loss_of(tape, tape.constant(weights), tape.constant(x), tape.constant(b),
                            targets.data(), smoothing, normalizer)
                        .value()(0, 0),
                    expected.value()(0, 0), 1e-12);
        // Twice, so that gradients are added; the second arrives with a factor.
        expect_gradients({&weights, &x, &b}, [&](Tape& t, const Inputs& v) {
          Var once = loss_of(t, v[0], v[1], v[2], targets.data(), smoothing, normalizer);
          Var again = loss_of(t, v[0], v[1], v[2], targets.data(), smoothing, normalizer);
          return add(t, once, add(t, again, again));
        });
      };
      check(W, affine_cross_entropy);
      check(table, affine_transposed_cross_entropy);
    }
  }
}

TEST(AffineCrossEntropy, WithoutACountedColumnOrABias) {
  Matrix W = random_matrix(5, 3, 1), x = random_matrix(3, 2, 3);
  const std::vector<int> none = {-1, -1}, targets = {4, 0};
  expect_gradients({&W, &x}, [&](Tape& tape, const Inputs& v) {
    Var nothing = affine_cross_entropy(tape, v[0], v[1], {}, none.data());
    EXPECT_EQ(nothing.value()(0, 0), 0);
    return add(tape, nothing, affine_cross_entropy(tape, v[0], v[1], {}, targets.data()));
  });
}

TEST(LogLikelihoods, AreMinusTheLossOfEachColumn) {
  const Matrix z = random_matrix(5, 6, 1);
  std::vector<double> result(6);
  log_likelihoods(z, kTargets.data(), result.data());
  EXPECT_EQ(result[1], 0);
  EXPECT_EQ(result[4], 0);
  EXPECT_NEAR(-arma::accu(arma::vec(result)), expected_cross_entropy(z, kTargets, 0), 1e-12);
}

TEST(SigmoidCrossEntropy, ValueAndGradients) {
  Matrix z = random_matrix(3, 4, 1);
  const Matrix targets = {{0, 1, 1, 0}, {1, 1, 0, 0}, {0, 0, 0, 1}};
  double expected = 0;
  for (Index i = 0; i < z.n_elem; ++i) {
    const double p = 1 / (1 + std::exp(-z[i]));
    expected -= targets[i] * std::log(p) + (1 - targets[i]) * std::log(1 - p);
  }
  Tape tape;
  EXPECT_NEAR(sigmoid_cross_entropy(tape, tape.constant(z), targets).value()(0, 0), expected / 4,
              1e-12);
  for (const double normalizer : {0.0, 2.5})
    expect_gradients({&z}, [&](Tape& t, const Inputs& v) {
      Var loss = sigmoid_cross_entropy(t, v[0], Matrix(targets), normalizer);  // a temporary
      return add(t, loss, sigmoid_cross_entropy(t, v[0], targets, 1));
    });
}

TEST(SigmoidCrossEntropy, HugeLogitsStayFinite) {
  const Matrix z = {{1e4, -1e4}}, targets = {{0, 0}};
  Tape tape;
  EXPECT_NEAR(sigmoid_cross_entropy(tape, tape.constant(z), targets, 1).value()(0, 0), 1e4, 1e-8);
}

TEST(SquaredError, ValueAndGradients) {
  Matrix x = random_matrix(3, 4, 1);
  const Matrix targets = random_matrix(3, 4, 2);
  Tape tape;
  EXPECT_NEAR(squared_error(tape, tape.constant(x), targets).value()(0, 0),
              arma::accu(arma::square(x - targets)) / 4, 1e-12);
  for (const double normalizer : {0.0, 2.5})
    expect_gradients({&x}, [&](Tape& t, const Inputs& v) {
      Var loss = squared_error(t, v[0], Matrix(targets), normalizer);
      return add(t, loss, squared_error(t, v[0], targets, 1));
    });
}

TEST(PerceptronLoss, ValueAndGradients) {
  Matrix z = spread_matrix(5, 6, 1);  // no two logits are close
  for (const double normalizer : {0.0, 2.5})
    expect_gradients({&z}, [&](Tape& t, const Inputs& v) {
      Var loss = perceptron_loss(t, v[0], kTargets.data(), normalizer);
      return add(t, loss, perceptron_loss(t, v[0], kTargets.data(), 1));
    });
  double expected = 0;
  for (Index n = 0; n < 6; ++n)
    if (kTargets[n] >= 0) expected += z.col(n).max() - z(static_cast<Index>(kTargets[n]), n);
  Tape tape;
  EXPECT_NEAR(perceptron_loss(tape, tape.constant(z), kTargets.data()).value()(0, 0), expected / 4,
              1e-12);
}

// Rosenblatt's rule: a right answer changes nothing, a wrong one adds x to the target's weights and
// takes it from the winner's.
TEST(PerceptronLoss, GradientIsThePerceptronRule) {
  ParameterStore none;
  Gradients gradients(none);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  const Matrix z = {{3, 1}, {1, 2}, {2, 0}};
  const std::vector<int> targets = {0, 2};
  Var logits = tape.variable(z);
  tape.backward(perceptron_loss(tape, logits, targets.data(), 1));
  expect_near(*logits.gradient(), Matrix{{0, 0}, {0, 1}, {0, -1}}, 0, "d logits");
}

}  // namespace
}  // namespace weft
