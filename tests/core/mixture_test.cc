// A mixture of softmaxes that is taken in several parts.

#include <gtest/gtest.h>

#include "models/core/kernels/parallel.h"
#include "models/core/mixture_ops.h"

namespace weft {
namespace {

constexpr Index kWords = 500, kDepth = 4, kComponents = 9, kPositions = 700;
static_assert(kComponents * kPositions > 5 * kMixtureColumns);

Matrix normal(Index rows, Index columns, const char* name) {
  RandomStream random(1, name);
  Matrix result(rows, columns);
  for (real& number : result) number = static_cast<real>(random.normal());
  return result;
}

/// Loss, scores and gradients of positions [first, end).
struct Outcome {
  Outcome(Index first, Index end) {
    const Matrix W = normal(kDepth, kWords, "W"), b = normal(kWords, 1, "b");
    const Matrix latent = normal(kDepth * kComponents, kPositions, "latent");
    const Matrix prior = normal(kComponents, kPositions, "prior");
    const Matrix own_latent = latent.cols(first, end - 1), own_prior = prior.cols(first, end - 1);
    std::vector<int> targets;
    for (Index n = first; n < end; ++n)
      targets.push_back(n % 11 == 5 ? -1 : static_cast<int>(n * 7 % kWords));
    counted = static_cast<double>(
        std::count_if(targets.begin(), targets.end(), [](int target) { return target >= 0; }));
    ParameterStore none;
    Gradients gradients(none);
    RandomStream noise(1, "noise");
    Tape tape(gradients, noise);
    Mixture mixture{tape.variable(W), tape.variable(b), true, tape.variable(own_latent),
                    tape.variable(own_prior)};
    const Var value = mixture_cross_entropy(tape, mixture, targets.data());
    tape.backward(value);
    loss = static_cast<double>(value.value()(0, 0)) * counted;
    for (const Var input : {mixture.W, mixture.b, mixture.latent, mixture.prior})
      changes.push_back(*input.gradient() * static_cast<real>(counted));
    Tape answers;
    Mixture asked{answers.constant(W), answers.constant(b), true, answers.constant(own_latent),
                  answers.constant(own_prior)};
    scores = mixture_log_probabilities(answers, asked).value();
  }
  double counted, loss;
  Matrix scores;
  std::vector<Matrix> changes;  // times counted
};

TEST(MixtureInParts, IsTheSumOfTheParts) {
  const Outcome whole(0, kPositions), one(0, 300), other(300, kPositions);
  EXPECT_NEAR(whole.loss, one.loss + other.loss, 1e-6 * whole.loss);
  EXPECT_LT(arma::abs(whole.scores - arma::join_rows(one.scores, other.scores)).max(), 1e-4);
  for (const std::size_t shared : {0u, 1u})
    EXPECT_LT(arma::abs(whole.changes[shared] - one.changes[shared] - other.changes[shared]).max(),
              1e-4 * arma::abs(whole.changes[shared]).max());
  for (const std::size_t own : {2u, 3u})
    EXPECT_LT(
        arma::abs(whole.changes[own] - arma::join_rows(one.changes[own], other.changes[own])).max(),
        1e-4);
}

TEST(MixtureInParts, DoesNotDependOnThreads) {
  kernels::set_threads(1);
  const Outcome one(0, kPositions);
  kernels::set_threads(2);
  const Outcome two(0, kPositions);
  kernels::set_threads(0);
  EXPECT_NEAR(one.loss, two.loss, 1e-6 * one.loss);
  for (std::size_t i = 0; i < one.changes.size(); ++i)
    EXPECT_LT(arma::abs(one.changes[i] - two.changes[i]).max(),
              1e-4 * arma::abs(one.changes[i]).max());
}

}  // namespace
}  // namespace weft
