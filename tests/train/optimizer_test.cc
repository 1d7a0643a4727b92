#include "train/optimizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"

namespace weft {
namespace {

/// A store with one parameter, a gradient for it, and an optimizer.
struct Bench {
  Bench(OptimizerOptions options, Index rows, Index columns) {
    store.add("w", rows, columns, Initializer::zeros());
    store.initialize(1);
    gradients = std::make_unique<Gradients>(store);
    optimizer = Optimizer::make(options, store);
  }
  Matrix& w() { return store[0].value; }
  Matrix& dense_gradient() {
    gradients->clear();
    gradients->begin_dense(0);
    return (*gradients)[0].value;
  }
  ParameterStore store;
  std::unique_ptr<Gradients> gradients;
  std::unique_ptr<Optimizer> optimizer;
};

OptimizerOptions options_of(OptimizerKind kind) {
  OptimizerOptions options;
  options.kind = kind;
  return options;
}

constexpr double kRate = 0.1;
constexpr double kGradients[] = {0.5, -2, 0.25, 3, -0.125, 0.5};

/// Runs the optimizer on a single weight that begins at 1, against the formula as it is on paper.
void compare(const OptimizerOptions& options,
             const std::function<double(int t, double g, double w)>& formula) {
  Bench bench(options, 1, 1);
  double w = 1;
  bench.w()(0, 0) = 1;
  for (int t = 1; t <= 6; ++t) {
    const double g = kGradients[t - 1];
    bench.dense_gradient()(0, 0) = static_cast<real>(g);
    bench.optimizer->step(*bench.gradients, kRate);
    w = formula(t, g, w);
    ASSERT_NEAR(static_cast<double>(bench.w()(0, 0)), w, 2e-6) << "after step " << t;
  }
}

TEST(Optimizer, SgdFollowsTheGradient) {
  compare(options_of(OptimizerKind::sgd), [](int, double g, double w) { return w - kRate * g; });
}

TEST(Optimizer, MomentumSumsVelocity) {
  double v = 0;
  compare(options_of(OptimizerKind::momentum), [&](int, double g, double w) {
    v = 0.9 * v + g;
    return w - kRate * v;
  });
}

TEST(Optimizer, NesterovLooksAhead) {
  double v = 0;
  compare(options_of(OptimizerKind::nesterov), [&](int, double g, double w) {
    v = 0.9 * v + g;
    return w - kRate * (g + 0.9 * v);
  });
}

TEST(Optimizer, AdagradDividesByTheSumOfSquares) {
  double s = 0;
  compare(options_of(OptimizerKind::adagrad), [&](int, double g, double w) {
    s += g * g;
    return w - kRate * g / (std::sqrt(s) + 1e-8);
  });
}

TEST(Optimizer, RmspropDividesByTheMeanSquare) {
  double s = 0;
  compare(options_of(OptimizerKind::rmsprop), [&](int, double g, double w) {
    s = 0.99 * s + 0.01 * g * g;
    return w - kRate * g / (std::sqrt(s) + 1e-8);
  });
}

TEST(Optimizer, AdamCorrectsItsMoments) {
  double m = 0, v = 0;
  compare(options_of(OptimizerKind::adam), [&](int t, double g, double w) {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double mean = m / (1 - std::pow(0.9, t)), square = v / (1 - std::pow(0.999, t));
    return w - kRate * mean / (std::sqrt(square) + 1e-8);
  });
}

TEST(Optimizer, AdamPutsThePenaltyIntoTheGradient) {
  OptimizerOptions options = options_of(OptimizerKind::adam);
  options.l2 = 0.1;
  options.l1 = 0.05;
  double m = 0, v = 0;
  compare(options, [&](int t, double g, double w) {
    g += 0.1 * w + 0.05 * (w > 0 ? 1 : -1);
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double mean = m / (1 - std::pow(0.9, t)), square = v / (1 - std::pow(0.999, t));
    return w - kRate * mean / (std::sqrt(square) + 1e-8);
  });
}

TEST(Optimizer, AdamwDecaysWeightsApartFromTheGradient) {
  OptimizerOptions options = options_of(OptimizerKind::adamw);
  options.l2 = 0.3;
  double m = 0, v = 0;
  compare(options, [&](int t, double g, double w) {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double mean = m / (1 - std::pow(0.9, t)), square = v / (1 - std::pow(0.999, t));
    return w * (1 - kRate * 0.3) - kRate * mean / (std::sqrt(square) + 1e-8);
  });
}

TEST(Optimizer, L1LeavesAWeightOfZeroAlone) {
  OptimizerOptions options = options_of(OptimizerKind::sgd);
  options.l1 = 1;
  Bench bench(options, 3, 1);
  bench.w() = Matrix(std::vector<real>{0, 1, -1});
  bench.dense_gradient().zeros();
  bench.optimizer->step(*bench.gradients, 0.25);
  EXPECT_THAT(std::vector<real>(bench.w().begin(), bench.w().end()),
              testing::ElementsAre(0, 0.75, -0.75));
}

TEST(Optimizer, TouchesOnlyTheColumnsOfTheBatch) {
  for (const OptimizerKind kind :
       {OptimizerKind::sgd, OptimizerKind::nesterov, OptimizerKind::adagrad, OptimizerKind::rmsprop,
        OptimizerKind::adam, OptimizerKind::adamw}) {
    OptimizerOptions options = options_of(kind);
    options.l1 = options.l2 = 0.01;
    Bench bench(options, 3, 6);
    bench.w().fill(1);
    // A first step fills the state of every column.
    bench.dense_gradient().fill(1);
    bench.optimizer->step(*bench.gradients, kRate);
    const Matrix before = bench.w();
    std::vector<Matrix> states;
    for (const auto& state : bench.optimizer->state()) states.push_back(*state.value);

    bench.gradients->clear();
    (*bench.gradients)[0].value.fill(static_cast<real>(NAN));  // nobody may look at these
    const real values[] = {2, 2, 2};
    for (const std::uint32_t column : {4u, 1u})
      bench.gradients->add_to_column(0, column, 1, values);
    bench.gradients->finish();
    bench.optimizer->step(*bench.gradients, kRate);
    for (Index column = 0; column < 6; ++column) {
      const bool touched = column == 1 || column == 4;
      EXPECT_EQ(arma::approx_equal(bench.w().col(column), before.col(column), "absdiff", 0),
                !touched)
          << static_cast<int>(kind) << " column " << column;
      for (std::size_t s = 0; s < states.size(); ++s)
        EXPECT_EQ(arma::approx_equal(bench.optimizer->state()[s].value->col(column),
                                     states[s].col(column), "absdiff", 0),
                  !touched)
            << static_cast<int>(kind) << " state " << s << " column " << column;
    }
    EXPECT_TRUE(bench.w().is_finite());
  }
}

TEST(Optimizer, GradientScaleIsAScaledGradient) {
  Bench scaled(options_of(OptimizerKind::adam), 100, 70),
      reference = {options_of(OptimizerKind::adam), 100, 70};
  RandomStream random(1, "test");
  for (int step = 0; step < 3; ++step) {
    for (real& g : scaled.dense_gradient()) g = static_cast<real>(random.normal());
    reference.dense_gradient() = (*scaled.gradients)[0].value * real{0.25};
    scaled.optimizer->step(*scaled.gradients, kRate, 0.25);
    reference.optimizer->step(*reference.gradients, kRate);
  }
  EXPECT_TRUE(arma::approx_equal(scaled.w(), reference.w(), "absdiff", real(1e-7)));
}

// Several threads, several blocks of penalties, a last block that is not full.
TEST(Optimizer, ThreadsDoNotChangeTheResult) {
  OptimizerOptions options = options_of(OptimizerKind::adam);
  options.l2 = 0.01;
  const auto train = [&](int threads) {
    kernels::set_threads(threads);
    Bench bench(options, 317, 421);
    RandomStream random(1, "test");
    for (int step = 0; step < 3; ++step) {
      for (real& g : bench.dense_gradient()) g = static_cast<real>(random.normal());
      bench.optimizer->step(*bench.gradients, kRate, 0.5);
    }
    return bench.w();
  };
  const Matrix one = train(1), two = train(2);
  kernels::set_threads(0);
  // The vector kernels treat a remainder as they treat the rest, whichever thread has it.
  EXPECT_TRUE(arma::approx_equal(one, two, "absdiff", real(1e-7)));
  EXPECT_GT(arma::abs(one).min(), 0);
}

TEST(Optimizer, StateIsNamedAndZeroFromTheBeginning) {
  Bench bench(options_of(OptimizerKind::adam), 2, 3);
  const auto state = bench.optimizer->state();
  ASSERT_EQ(state.size(), 2u);
  EXPECT_EQ(state[0].name, "first/w");
  EXPECT_EQ(state[1].name, "second/w");
  EXPECT_EQ(state[0].value->n_elem, 6u);
  EXPECT_TRUE(state[1].value->is_zero());
  EXPECT_TRUE(Bench(options_of(OptimizerKind::sgd), 2, 3).optimizer->state().empty());
}

/// A table whose columns 0, 2 and 0 again are looked up and compared with targets.
void descend(ParameterStore& store, Optimizer& optimizer, bool in_backward) {
  Gradients gradients(store);
  RandomStream noise(1, "dropout");
  Tape tape(gradients, noise);
  const int ids[] = {0, 2, 0}, targets[] = {1, 0, 2};
  const Var loss = affine_cross_entropy(tape, tape.parameter(store[1]),
                                        lookup(tape, store[0], ids, 3), {}, targets);
  if (in_backward) optimizer.descend_in_backward(gradients, 0.5);
  tape.backward(loss);
  EXPECT_EQ(gradients[0].touched(), !in_backward);
  optimizer.step(gradients, 0.5);
}

// The same update, whether columns are collected first or not.
TEST(Optimizer, DescendsInTheBackwardPass) {
  for (const double l2 : {0.0, 0.1}) {
    ParameterStore stores[2];
    for (ParameterStore& store : stores) {
      store.add_table("table", 4, 5, Initializer::normal(1));
      store.add("weight", 3, 4, Initializer::normal(1));
      store.initialize(1);
      OptimizerOptions options;
      options.kind = OptimizerKind::sgd;
      options.l2 = l2;
      const auto optimizer = Optimizer::make(options, store);
      for (int step = 0; step < 3; ++step) descend(store, *optimizer, l2 == 0 && &store == stores);
    }
    EXPECT_TRUE(arma::approx_equal(stores[0][0].value, stores[1][0].value, "absdiff", 1e-6F));
    EXPECT_TRUE(arma::approx_equal(stores[0][1].value, stores[1][1].value, "absdiff", 1e-6F));
  }
}

}  // namespace
}  // namespace weft
