// A layer as one operation, noise, sparsity, and a softmax against a distribution.

#include <cmath>

#include "gradient_testing.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;

const Activation kSmooth[] = {Activation::linear, Activation::sigmoid, Activation::tanh,
                              Activation::softplus, Activation::gelu};
// With numbers that keep away from the kinks.
const Activation kKinked[] = {Activation::relu, Activation::leaky_relu};

TEST(DenseOp, GradientsOfEveryActivation) {
  for (const Activation activation : kSmooth) {
    ParameterStore store;
    const Parameter& W = add_parameter(store, "W", 3, 4);
    const Parameter& b = add_parameter(store, "b", 3, 1);
    Matrix x = random_matrix(4, 5, 1);
    expect_gradients(store, {&x}, [&](Tape& tape, const Inputs& v) {
      return projected(tape, dense(tape, tape.parameter(W), v[0], tape.parameter(b), activation));
    });
  }
}

TEST(DenseOp, GradientsOfTheTransposedWeight) {
  for (const Activation activation : kSmooth) {
    ParameterStore store;
    const Parameter& W = add_parameter(store, "W", 4, 3);
    const Parameter& b = add_parameter(store, "b", 3, 1);
    Matrix x = random_matrix(4, 5, 1);
    expect_gradients(store, {&x}, [&](Tape& tape, const Inputs& v) {
      return projected(
          tape, dense_transposed(tape, tape.parameter(W), v[0], tape.parameter(b), activation));
    });
  }
}

// One weight in both directions, as in a tied autoencoder: its gradients are added.
TEST(DenseOp, GradientsOfAWeightUsedTwice) {
  ParameterStore store;
  const Parameter& W = add_parameter(store, "W", 3, 4);
  const Parameter& b = add_parameter(store, "b", 3, 1);
  const Parameter& c = add_parameter(store, "c", 4, 1);
  Matrix x = random_matrix(4, 5, 1);
  expect_gradients(store, {&x}, [&](Tape& tape, const Inputs& v) {
    const Var h = dense(tape, tape.parameter(W), v[0], tape.parameter(b), Activation::tanh);
    return projected(
        tape, dense_transposed(tape, tape.parameter(W), h, tape.parameter(c), Activation::sigmoid));
  });
}

TEST(DenseOp, IsTheActivationOfTheAffineMap) {
  ParameterStore store;
  const Parameter& W = add_parameter(store, "W", 3, 4);
  const Parameter& b = add_parameter(store, "b", 3, 1);
  const Matrix x = spread_matrix(4, 6, 2);
  Gradients gradients(store);
  RandomStream noise(1, "noise");
  const auto expect_same = [&](Activation activation) {
    Tape tape(gradients, noise);
    const Var in = tape.variable(x), w = tape.parameter(W), bias = tape.parameter(b);
    const Matrix expected = activate(tape, affine(tape, w, in, bias), activation).value();
    expect_near(dense(tape, w, in, bias, activation).value(), expected, 1e-14, "y");
  };
  for (const Activation activation : kSmooth) expect_same(activation);
  for (const Activation activation : kKinked) expect_same(activation);
  expect_same(Activation::step);
}

TEST(DenseOp, GradientsOfKinkedActivations) {
  for (const Activation activation : kKinked) {
    Matrix x = spread_matrix(3, 4, 3);
    Matrix identity(3, 3, arma::fill::eye);
    expect_gradients({&x}, [&](Tape& tape, const Inputs& v) {
      return projected(tape, dense(tape, copied(tape, identity), v[0], {}, activation));
    });
  }
}

TEST(Corruption, GradientsFlowThroughWhatIsLeft) {
  for (const Noise noise : {Noise{NoiseKind::none, 0}, Noise{NoiseKind::gaussian, 0.5},
                            Noise{NoiseKind::mask, 0.4}, Noise{NoiseKind::salt_pepper, 0.4}}) {
    Matrix x = random_matrix(4, 5, 1);
    expect_gradients({&x}, [&](Tape& tape, const Inputs& v) {
      return projected(tape, corrupt(tape, v[0], noise));
    });
  }
}

TEST(Corruption, ChangesAsMuchAsItSays) {
  Matrix gaussian(100, 200, arma::fill::zeros);
  corrupt(gaussian, {NoiseKind::gaussian, 0.5}, 7);
  EXPECT_NEAR(arma::mean(arma::vectorise(gaussian)), 0, 0.01);
  EXPECT_NEAR(arma::stddev(arma::vectorise(gaussian)), 0.5, 0.01);
  Matrix masked(100, 200, arma::fill::ones), kept(100, 200);
  corrupt(masked, {NoiseKind::mask, 0.3}, 7, kept.memptr());
  EXPECT_NEAR(arma::mean(arma::vectorise(masked)), 0.7, 0.02);
  EXPECT_TRUE(arma::approx_equal(masked, kept, "absdiff", 0));
  Matrix peppered(100, 200);
  peppered.fill(0.5);
  corrupt(peppered, {NoiseKind::salt_pepper, 0.3}, 7);
  EXPECT_NEAR(static_cast<double>(arma::accu(peppered == 1)) / 20000, 0.15, 0.02);
  EXPECT_NEAR(static_cast<double>(arma::accu(peppered == 0)) / 20000, 0.15, 0.02);
}

TEST(Corruption, IsOfTrainingAlone) {
  const Matrix x = random_matrix(3, 2, 1);
  Tape tape;
  const Var same = corrupt(tape, tape.constant(x), {NoiseKind::mask, 1});
  expect_near(same.value(), x, 0, "x");
}

TEST(Sparsity, L1Penalty) {
  Matrix h = spread_matrix(3, 4, 2);
  Tape tape;
  EXPECT_NEAR(l1_penalty(tape, tape.constant(h), 0.3).value()(0, 0),
              0.3 * arma::accu(arma::abs(h)) / 4, 1e-14);
  expect_gradients({&h}, [](Tape& t, const Inputs& v) { return l1_penalty(t, v[0], 0.3); });
}

TEST(Sparsity, KlPenalty) {
  Matrix h = random_matrix(3, 4, 2) * 0.1 + 0.4;
  double expected = 0;
  for (Index j = 0; j < 3; ++j) {
    const double mean = arma::mean(h.row(j));
    expected += 0.2 * std::log(0.2 / mean) + 0.8 * std::log(0.8 / (1 - mean));
  }
  Tape tape;
  EXPECT_NEAR(kl_penalty(tape, tape.constant(h), 0.2, 0.7).value()(0, 0), 0.7 * expected, 1e-14);
  expect_gradients({&h}, [](Tape& t, const Inputs& v) { return kl_penalty(t, v[0], 0.2, 0.7); });
}

// Units that never or always fire are no reason to become infinite.
TEST(Sparsity, KlPenaltyIsFiniteAtTheEnds) {
  const Matrix h = {{0, 0}, {1, 1}};
  Tape tape;
  EXPECT_TRUE(std::isfinite(kl_penalty(tape, tape.constant(h), 0.2, 1).value()(0, 0)));
}

TEST(DistributionCrossEntropy, ValueAndGradients) {
  Matrix z = random_matrix(4, 5, 1);
  Matrix counts = arma::floor(arma::abs(random_matrix(4, 5, 2) * 3));
  counts.col(2).zeros();
  counts(1, 0) = 1;
  double expected = 0;
  double counted = 0;
  for (Index n = 0; n < 5; ++n) {
    const double sum = arma::accu(counts.col(n));
    if (sum == 0) continue;
    ++counted;
    const arma::vec log_p = z.col(n) - std::log(arma::accu(arma::exp(z.col(n))));
    expected -= arma::dot(counts.col(n) / sum, log_p);
  }
  Tape tape;
  EXPECT_NEAR(distribution_cross_entropy(tape, tape.constant(z), counts).value()(0, 0),
              expected / counted, 1e-12);
  for (const double normalizer : {0.0, 2.5})
    expect_gradients({&z}, [&](Tape& t, const Inputs& v) {
      return distribution_cross_entropy(t, v[0], counts, normalizer);
    });
}

TEST(Activations, StepIsZeroOrOne) {
  const Matrix x = {{-0.5, 0, 0.5}};
  Tape tape;
  expect_near(activate(tape, tape.constant(x), Activation::step).value(), {{0, 0, 1}}, 0, "step");
}

}  // namespace
}  // namespace weft
