// The last layers of language models: gradients, distributions that sum to one, PyTorch's numbers,
// what a sample is expected to give.

#include <cmath>
#include <stdexcept>

#include "golden_testing.h"
#include "models/layers/adaptive_softmax.h"
#include "models/layers/sampled_softmax.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;

constexpr int kHidden = 9, kWords = 14;
// A word of each part of kCutoffs, the first and last of one, twice the same, and columns that do
// not count, as the padding of four ragged steps of two sequences leaves them.
const std::vector<int> kTargets = {2, 13, 4, 8, 4, -1, 9, -1};
const SequenceShape kShape{4, 2, nullptr};
const std::vector<std::int64_t> kCutoffs = {4, 9};

/// −mean log p(target) of a column-wise softmax over `scores`.
double mean_loss(const Matrix& scores, const std::vector<int>& targets) {
  double total = 0, counted = 0;
  for (Index n = 0; n < scores.n_cols; ++n) {
    if (targets[n] < 0) continue;
    total +=
        std::log(arma::accu(arma::exp(scores.col(n)))) - scores(static_cast<Index>(targets[n]), n);
    ++counted;
  }
  return total / counted;
}

double answered_loss(const OutputLayer& layer, const Matrix& hidden,
                     const std::vector<int>& targets) {
  Tape tape;
  return layer.loss(tape, tape.constant(hidden), targets.data(), kShape).value()(0, 0);
}

Matrix answered_scores(const OutputLayer& layer, const Matrix& hidden) {
  Tape tape;
  return layer.scores(tape, tape.constant(hidden)).value();
}

TEST(SelectColumns, ValueAndGradients) {
  Matrix x = random_matrix(3, 5, 1);
  const std::vector<int> chosen = {4, 0, 4, 2};
  expect_gradients({&x}, [&](Tape& tape, const Inputs& v) {
    Var y = select_columns(tape, v[0], chosen.data(), chosen.size());
    expect_near(y.value(), x.cols(arma::uvec{4, 0, 4, 2}), 0, "columns");
    // The gradient is added to another one, from before and from after it.
    return add(tape, projected(tape, v[0], 3),
               add(tape, projected(tape, y), projected(tape, v[0])));
  });
}

TEST(AdaptiveSoftmaxLayer, Gradients) {
  ParameterStore store;
  const AdaptiveSoftmax layer(store, "output", kHidden, kWords, kCutoffs, Initializer::glorot());
  randomize(store);
  Matrix hidden = random_matrix(kHidden, kTargets.size(), 1);
  expect_gradients(store, {&hidden}, [&](Tape& tape, const Inputs& v) {
    return layer.loss(tape, v[0], kTargets.data(), kShape);
  });
}

// No target in the second cluster, and none in any.
TEST(AdaptiveSoftmaxLayer, GradientsWhereAClusterIsNotAskedFor) {
  ParameterStore store;
  const AdaptiveSoftmax layer(store, "output", kHidden, kWords, kCutoffs, Initializer::glorot());
  randomize(store);
  Matrix hidden = random_matrix(kHidden, 4, 1);
  for (const std::vector<int>& targets :
       {std::vector<int>{1, 5, -1, 8}, {0, -1, 3, 3}, {-1, -1, -1, -1}})
    expect_gradients(store, {&hidden}, [&](Tape& tape, const Inputs& v) {
      return layer.loss(tape, v[0], targets.data(), {2, 2, nullptr});
    });
}

TEST(AdaptiveSoftmaxLayer, LogProbabilitiesSumToOneAndAgreeWithTheLoss) {
  for (const auto& cutoffs : {std::vector<std::int64_t>{}, {1}, {13}, kCutoffs, {1, 2, 3, 13}}) {
    ParameterStore store;
    const AdaptiveSoftmax layer(store, "output", kHidden, kWords, cutoffs, Initializer::glorot());
    randomize(store);
    const Matrix hidden = random_matrix(kHidden, kTargets.size(), 1);
    const Matrix scores = answered_scores(layer, hidden);
    ASSERT_EQ(scores.n_rows, Index{kWords});
    for (Index n = 0; n < scores.n_cols; ++n)
      EXPECT_NEAR(arma::accu(arma::exp(scores.col(n))), 1, 1e-12);
    EXPECT_NEAR(answered_loss(layer, hidden, kTargets), mean_loss(scores, kTargets), 1e-12);
  }
}

TEST(AdaptiveSoftmaxLayer, ChoosesCutoffsBelowTheVocabulary) {
  using Cutoffs = std::vector<std::int64_t>;
  EXPECT_EQ(AdaptiveSoftmax::default_cutoffs(2000), Cutoffs{});
  EXPECT_EQ(AdaptiveSoftmax::default_cutoffs(2001), Cutoffs{2000});
  EXPECT_EQ(AdaptiveSoftmax::default_cutoffs(33278), (Cutoffs{2000, 10000}));
}

// nn.AdaptiveLogSoftmaxWithLoss; a column that does not count stands between the others.
TEST(AdaptiveSoftmaxLayer, PyTorch) {
  const nlohmann::json golden = read_golden("adaptive.json");
  ParameterStore store;
  const AdaptiveSoftmax layer(store, "output", golden.at("hidden").at("rows"),
                              golden.at("vocabulary"), golden.at("cutoffs"), Initializer::zeros());
  store.initialize(1);
  for (const auto& [name, value] : golden.at("parameters").items())
    store.find(name)->value = golden_matrix(value);
  const Matrix hidden = golden_matrix(golden.at("hidden"));
  const std::vector<int> targets = golden.at("targets");

  expect_golden(answered_scores(layer, hidden), golden.at("log_probabilities"), "probabilities");
  Gradients gradients(store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  Var x = tape.variable(hidden);
  Var loss = layer.loss(tape, x, targets.data(), {7, 1, nullptr});
  tape.backward(loss);
  EXPECT_NEAR(loss.value()(0, 0), golden.at("loss").get<double>(), kGoldenTolerance);
  expect_golden(*x.gradient(), golden.at("d_hidden"), "d hidden");
  for (const auto& [name, value] : golden.at("gradients").items())
    expect_golden(gradients[store.find(name)->index].value, value, name);
}

class Sampled : public testing::Test {
 protected:
  /// 14 words, with a sample that hits targets and misses words.
  explicit Sampled(int samples = 8)
      : layer_(store_, "output", kHidden, kWords, samples, Initializer::glorot()),
        hidden_(random_matrix(kHidden, kTargets.size(), 1)) {
    randomize(store_);
  }
  Matrix scores() const { return answered_scores(layer_, hidden_); }

  ParameterStore store_;
  SampledSoftmax layer_;
  Matrix hidden_;
};

TEST_F(Sampled, Gradients) {
  expect_gradients(store_, {&hidden_}, [&](Tape& tape, const Inputs& v) {
    return layer_.loss(tape, v[0], kTargets.data(), kShape);
  });
}

TEST_F(Sampled, GradientsWhereNothingCounts) {
  const std::vector<int> none(kTargets.size(), -1);
  expect_gradients(store_, {&hidden_}, [&](Tape& tape, const Inputs& v) {
    return layer_.loss(tape, v[0], none.data(), kShape);
  });
}

// Words reach the loss as inputs and as outputs, both by few columns of one table.
TEST(SampledSoftmaxLayer, GradientsWithTheEmbeddingForWeights) {
  ParameterStore store;
  const Parameter& table = store.add("table", kHidden, kWords, Initializer::zeros());
  const SampledSoftmax layer(store, "output", table, 8);
  randomize(store);
  expect_gradients(store, {}, [&](Tape& tape, const Inputs&) {
    const std::vector<int> ids = {1, 2, 13, 0, 1, 1, 4, -1};
    return layer.loss(tape, lookup(tape, table, ids.data(), ids.size()), kTargets.data(), kShape);
  });
}

TEST_F(Sampled, AnswersWithTheFullSoftmax) {
  EXPECT_NEAR(answered_loss(layer_, hidden_, kTargets), mean_loss(scores(), kTargets), 1e-12);
}

TEST_F(Sampled, TouchesOnlyTargetsAndTheSample) {
  constexpr int many = 5000;
  ParameterStore store;
  const SampledSoftmax layer(store, "output", kHidden, many, 20, Initializer::glorot());
  randomize(store);
  Gradients gradients(store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  tape.backward(layer.loss(tape, tape.constant(hidden_), kTargets.data(), kShape));
  for (const Parameter& parameter : store) {
    const Gradient& gradient = gradients[parameter.index];
    EXPECT_FALSE(gradient.dense);
    EXPECT_LE(gradient.columns.size(), 20 + kTargets.size());
    for (const int target : kTargets)
      EXPECT_EQ(std::count(gradient.columns.begin(), gradient.columns.end(), target), target >= 0);
  }
}

/// The loss and its gradients, the last of them the input's, averaged over many samples.
struct Average {
  double loss = 0;
  std::vector<Matrix> gradients;

  Average(const ParameterStore& store, const OutputLayer& layer, const Matrix& hidden, int passes) {
    Gradients parts(store);
    RandomStream noise(5, "noise");
    Tape tape(parts, noise);
    for (int pass = 0; pass < passes; ++pass) {
      tape.reset();
      Var x = tape.variable(hidden);
      Var value = layer.loss(tape, x, kTargets.data(), kShape);
      tape.backward(value);
      loss += value.value()(0, 0) / passes;
      for (std::size_t i = 0; i < store.size(); ++i) add(i, whole_gradient(parts[i]) / passes);
      add(store.size(), *x.gradient() / passes);
    }
  }
  void add(std::size_t i, const Matrix& part) {
    if (i == gradients.size())
      gradients.push_back(part);
    else
      gradients[i] += part;
  }
};

// The estimate of the normaliser is right on average, its logarithm the better the larger the
// sample is.
TEST(SampledSoftmaxLayer, TheExpectedGradientApproachesTheFullOne) {
  const Matrix hidden = random_matrix(kHidden, kTargets.size(), 1, 0.5);
  double earlier = 1e9;
  for (const int samples : {10, 2000}) {
    ParameterStore store, full_store;
    const SampledSoftmax layer(store, "output", kHidden, kWords, samples, Initializer::zeros());
    const FullSoftmax full(full_store, "output", kHidden, kWords, Initializer::zeros());
    randomize(store);
    randomize(full_store);
    full_store.find("output.weight")->value = store.find("output.table")->value.t();
    full_store.find("output.bias")->value = store.find("output.bias")->value.t();
    const Average sampled(store, layer, hidden, 2000), exact(full_store, full, hidden, 1);
    double worst = std::abs(sampled.loss - exact.loss);
    worst = std::max(worst, arma::abs(sampled.gradients[0] - exact.gradients[0].t()).max());
    worst = std::max(worst, arma::abs(sampled.gradients[1] - exact.gradients[1].t()).max());
    worst = std::max(worst, arma::abs(sampled.gradients[2] - exact.gradients[2]).max());
    EXPECT_LT(worst, earlier / 5) << samples;
    earlier = worst;
  }
  EXPECT_LT(earlier, 4e-3);
}

TEST(OutputLayers, SayHowTheyTrain) {
  ParameterStore store;
  const AdaptiveSoftmax adaptive(store, "a", kHidden, kWords, kCutoffs, Initializer::zeros());
  const SampledSoftmax sampled(store, "s", kHidden, kWords, 3, Initializer::zeros());
  store.initialize(1);
  Gradients gradients(store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  const Matrix hidden(kHidden, 1, arma::fill::zeros);
  EXPECT_THROW(adaptive.scores(tape, tape.constant(hidden)), std::logic_error);
  EXPECT_THROW(sampled.scores(tape, tape.constant(hidden)), std::logic_error);
}

}  // namespace
}  // namespace weft
