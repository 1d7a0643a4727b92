// Operations on single columns against finite differences.

#include <cmath>
#include <limits>

#include "gradient_testing.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;

TEST(AffineGradients, WeightsBiasAndInput) {
  Matrix W = random_matrix(3, 4, 1), x = random_matrix(4, 5, 2), b = random_matrix(3, 1, 3);
  expect_gradients({&W, &x, &b}, [](Tape& tape, const Inputs& v) {
    return projected(tape, affine(tape, v[0], v[1], v[2]));
  });
  expect_gradients({&W, &x}, [](Tape& tape, const Inputs& v) {
    return projected(tape, affine(tape, v[0], v[1]));
  });
}

TEST(AffineGradients, Transposed) {
  Matrix W = random_matrix(4, 3, 1), x = random_matrix(4, 5, 2), b = random_matrix(3, 1, 3);
  expect_gradients({&W, &x, &b}, [](Tape& tape, const Inputs& v) {
    return projected(tape, affine_transposed(tape, v[0], v[1], v[2]));
  });
}

// The second use adds to what the first has assigned.
TEST(AffineGradients, OneParameterUsedTwice) {
  ParameterStore store;
  Parameter& W = add_parameter(store, "W", 3, 3);
  Parameter& b = add_parameter(store, "b", 3, 1);
  Matrix x = random_matrix(3, 5, 2);
  expect_gradients(store, {&x}, [&](Tape& tape, const Inputs& v) {
    Var w = tape.parameter(W), bias = tape.parameter(b);
    Var once = activate(tape, affine(tape, w, v[0], bias), Activation::tanh);
    Var twice = affine_transposed(tape, tape.parameter(W), once, bias);
    return projected(tape, affine(tape, w, twice, bias));
  });
}

TEST(ArithmeticGradients, AddMultiplyStack) {
  Matrix a = random_matrix(3, 4, 1), b = random_matrix(3, 4, 2), c = random_matrix(2, 4, 3);
  expect_gradients({&a, &b, &c}, [](Tape& tape, const Inputs& v) {
    Var sum = add(tape, v[0], multiply(tape, v[0], v[1]));
    Var stacked = stack_rows(tape, sum, v[2]);
    return projected(tape, stack_rows(tape, v[0], stacked));
  });
}

TEST(ArithmeticGradients, BothOperandsTheSame) {
  Matrix a = random_matrix(3, 4, 1);
  expect_gradients({&a}, [](Tape& tape, const Inputs& v) {
    Var square = multiply(tape, v[0], v[0]);
    return projected(tape, stack_rows(tape, add(tape, square, square), square));
  });
}

class ActivationGradients : public testing::TestWithParam<Activation> {};

TEST_P(ActivationGradients, MatchDifferences) {
  Matrix x = spread_matrix(3, 8, 1);  // away from the kink at 0
  expect_gradients({&x}, [](Tape& tape, const Inputs& v) {
    // Used twice, so that the second contribution is added to the first.
    Var y = activate(tape, v[0], GetParam());
    return add(tape, projected(tape, y), projected(tape, activate(tape, v[0], GetParam()), 5));
  });
}

INSTANTIATE_TEST_SUITE_P(All, ActivationGradients,
                         testing::Values(Activation::linear, Activation::sigmoid, Activation::tanh,
                                         Activation::relu, Activation::leaky_relu,
                                         Activation::noisy_relu, Activation::softplus,
                                         Activation::gelu));

TEST(Activations, NoisyReluIsReluWhenAnswering) {
  const Matrix x = spread_matrix(3, 4, 1);
  Tape tape;
  Var y = activate(tape, tape.constant(x), Activation::noisy_relu);
  expect_near(y.value(), arma::clamp(x, 0, 10), 0, "relu");
}

// Nair & Hinton 2010: the noise of an input x has variance σ(x).
TEST(Activations, NoisyReluHasTheVarianceOfTheSigmoid) {
  ParameterStore none;
  Gradients gradients(none);
  RandomStream noise(3, "noise");
  Tape tape(gradients, noise);
  const Matrix x(1, 20000, arma::fill::value(8.0));  // far from 0, so that nothing is cut off
  const Matrix y = activate(tape, tape.variable(x), Activation::noisy_relu).value();
  EXPECT_NEAR(arma::mean(arma::vectorise(y)), 8, 0.03);
  EXPECT_NEAR(arma::var(arma::vectorise(y)), 1 / (1 + std::exp(-8.0)), 0.05);
}

TEST(SoftmaxGradients, MatchDifferences) {
  Matrix x = random_matrix(5, 4, 1);
  expect_gradients({&x}, [](Tape& tape, const Inputs& v) {
    Var once = softmax(tape, v[0]);
    return add(tape, projected(tape, once), projected(tape, softmax(tape, v[0]), 5));
  });
}

TEST(Softmax, SumsToOneForHugeLogits) {
  const Matrix x = {{1000, -1000}, {999, -1000}, {-1000, -999}};
  Tape tape;
  const Matrix y = softmax(tape, tape.constant(x)).value();
  EXPECT_NEAR(arma::accu(y.col(0)), 1, 1e-12);
  EXPECT_NEAR(y(0, 0) / y(1, 0), std::exp(1.0), 1e-9);
  EXPECT_NEAR(arma::accu(y.col(1)), 1, 1e-12);
}

TEST(LookupGradients, RepeatedAndNegativeIds) {
  ParameterStore store;
  Parameter& table = add_parameter(store, "table", 3, 6);
  const std::vector<int> ids = {4, 1, -1, 4, 0, 4};
  expect_gradients(store, {}, [&](Tape& tape, const Inputs&) {
    Var plain = lookup(tape, table, ids.data(), ids.size());
    return projected(tape, stack_rows(tape, plain, lookup(tape, table, ids.data(), ids.size(), 2)));
  });
}

TEST(LookupGradients, OnlyTheUsedColumnsAreTouched) {
  ParameterStore store;
  Parameter& table = add_parameter(store, "table", 3, 6);
  Gradients gradients(store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  std::vector<int> ids = {4, 1, -1, 4};
  Var loss = projected(tape, lookup(tape, table, ids.data(), ids.size()));
  ids.assign(4, 0);  // the caller's ids need not outlive the forward pass
  tape.backward(loss);
  EXPECT_FALSE(gradients[0].dense);
  EXPECT_EQ(gradients[0].columns, (std::vector<std::uint32_t>{1, 4}));
}

TEST(LookupGradients, BagsWeightedAndNot) {
  ParameterStore store;
  Parameter& table = add_parameter(store, "table", 3, 6);
  const std::vector<int> ids = {4, 1, 4, 0, 2}, offsets = {0, 3, 3, 5};  // the second is empty
  const std::vector<real> weights = {0.5, -1, 2, 1, 0.25};
  expect_gradients(store, {}, [&](Tape& tape, const Inputs&) {
    Var mean = lookup_bags(tape, table, ids.data(), offsets.data(), nullptr, 3);
    Var sum = lookup_bags(tape, table, ids.data(), offsets.data(), weights.data(), 3);
    return projected(tape, stack_rows(tape, mean, sum));
  });
}

// Tied output weights: the embedding is looked up and also multiplies the output. Backward meets
// the dense use first if the look-up was recorded first.
TEST(TiedWeightsGradients, DenseThenSparse) {
  ParameterStore store;
  Parameter& table = add_parameter(store, "table", 3, 6);
  const std::vector<int> ids = {4, 1, 4, -1};
  expect_gradients(store, {}, [&](Tape& tape, const Inputs&) {
    Var x = lookup(tape, table, ids.data(), ids.size());
    return projected(tape, affine_transposed(tape, tape.parameter(table), x));
  });
}

TEST(TiedWeightsGradients, SparseThenDense) {
  ParameterStore store;
  Parameter& table = add_parameter(store, "table", 3, 6);
  Matrix x = random_matrix(3, 4, 1);
  const std::vector<int> ids = {4, 1, 4, -1};
  expect_gradients(store, {&x}, [&](Tape& tape, const Inputs& v) {
    Var logits = affine_transposed(tape, tape.parameter(table), v[0]);
    Var loss = projected(tape, logits);
    return add(tape, loss, projected(tape, lookup(tape, table, ids.data(), ids.size())));
  });
}

TEST(TiedWeightsGradients, SparseDenseSparse) {
  ParameterStore store;
  Parameter& table = add_parameter(store, "table", 3, 6);
  const std::vector<int> ids = {4, 1, 4, -1}, others = {5, 4};
  expect_gradients(store, {}, [&](Tape& tape, const Inputs&) {
    Var x = lookup(tape, table, ids.data(), ids.size());
    Var loss = projected(tape, affine_transposed(tape, tape.parameter(table), x));
    return add(tape, loss, projected(tape, lookup(tape, table, others.data(), others.size())));
  });
}

TEST(DropoutGradients, ElementsAndSequences) {
  Matrix x = random_matrix(4, 12, 1);
  expect_gradients({&x}, [](Tape& tape, const Inputs& v) {
    Var elements = dropout(tape, v[0], 0.4);
    Var sequences = sequence_dropout(tape, v[0], 0.4, 3);
    return projected(tape, stack_rows(tape, elements, sequences));
  });
}

TEST(Dropout, KeepsTheMeanAndTheShareOfZeros) {
  ParameterStore none;
  Gradients gradients(none);
  RandomStream noise(3, "dropout");
  Tape tape(gradients, noise);
  const Matrix ones(100, 400, arma::fill::ones);
  const Matrix y = dropout(tape, tape.variable(ones), 0.3).value();
  EXPECT_NEAR(arma::mean(arma::vectorise(y)), 1, 0.02);
  EXPECT_NEAR(static_cast<double>(arma::accu(y == 0)) / 40000, 0.3, 0.01);
  EXPECT_NEAR(y.max(), 1 / 0.7, 1e-12);
}

TEST(Dropout, OneMaskForAWholeSequenceAndAnotherForEachSequence) {
  ParameterStore none;
  Gradients gradients(none);
  RandomStream noise(3, "dropout");
  Tape tape(gradients, noise);
  const int steps = 5, examples = 3;
  const Matrix ones(32, static_cast<Index>(steps * examples), arma::fill::ones);
  const Matrix y = sequence_dropout(tape, tape.variable(ones), 0.5, examples).value();
  for (Index t = 1; t < 5; ++t)
    for (Index b = 0; b < 3; ++b)
      EXPECT_TRUE(arma::all(y.col(t * 3 + b) == y.col(b))) << "step " << t << ", sequence " << b;
  EXPECT_FALSE(arma::all(y.col(0) == y.col(1)));
}

TEST(Dropout, DoesNothingWhenAnswering) {
  const Matrix x = random_matrix(4, 6, 1);
  Tape tape;
  Var var = tape.constant(x);
  EXPECT_EQ(&dropout(tape, var, 0.5).value(), &var.value());
  EXPECT_EQ(&sequence_dropout(tape, var, 0.5, 3).value(), &var.value());
}

}  // namespace
}  // namespace weft
