// Mixtures of softmaxes: gradients, what they are with one component, distributions that sum to
// one, PyTorch's numbers.

#include "models/layers/mixture_softmax.h"

#include <cmath>
#include <memory>
#include <stdexcept>

#include "golden_testing.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;

constexpr int kHidden = 5, kDepth = 4, kWords = 7;
// Four ragged steps of three sequences; the padding does not count.
const std::vector<int> kTargets = {2, 6, 4, 0, 4, 4, 5, -1, 3, -1, -1, 1};
const SequenceShape kShape{4, 3, nullptr};

MixtureSoftmax::Options options_of(int components) {
  MixtureSoftmax::Options options;
  options.components = components;
  return options;
}

/// A layer with weights of its own or an embedding's, and numbers in all of them.
struct Layer {
  Layer(const MixtureSoftmax::Options& options, bool tied) {
    if (tied) {
      const Parameter& table = store.add_table("table", kDepth, kWords, Initializer::zeros());
      layer =
          std::make_unique<MixtureSoftmax>(store, "output", kHidden, table, options, InitOptions{});
    } else {
      layer = std::make_unique<MixtureSoftmax>(store, "output", kHidden, kDepth, kWords, options,
                                               InitOptions{});
    }
    randomize(store);
  }
  const Matrix& value(const std::string& name) { return store.find(name)->value; }
  /// V × D.
  Matrix weights() {
    const Parameter* table = store.find("table");
    return table ? Matrix(table->value.t()) : value("output.weight");
  }
  Var loss(Tape& tape, Var hidden, const std::vector<int>& targets = kTargets) const {
    return layer->loss(tape, hidden, targets.data(), kShape);
  }
  Matrix scores(const Matrix& hidden) const {
    Tape tape;
    return layer->scores(tape, tape.constant(hidden)).value();
  }

  ParameterStore store;
  std::unique_ptr<MixtureSoftmax> layer;
};

Matrix hidden_vectors() { return random_matrix(kHidden, kTargets.size(), 1); }

/// Softmax of each column.
Matrix probabilities(const Matrix& logits) {
  Matrix result = arma::exp(logits);
  for (Index n = 0; n < result.n_cols; ++n) result.col(n) /= arma::accu(result.col(n));
  return result;
}

/// The equation, word for word.
Matrix mixed(Layer& layer, const Matrix& hidden, int components) {
  const Matrix priors = probabilities(layer.value("output.prior") * hidden);
  const Matrix sums = layer.value("output.latent.weight") * hidden;
  Matrix result(kWords, hidden.n_cols, arma::fill::zeros);
  for (Index k = 0; k < static_cast<Index>(components); ++k) {
    const arma::span rows(k * kDepth, (k + 1) * kDepth - 1);
    Matrix latent = sums.rows(rows.a, rows.b);
    latent.each_col() += layer.value("output.latent.bias").rows(rows.a, rows.b).as_col();
    Matrix logits = layer.weights() * arma::tanh(latent);
    logits.each_col() += layer.value("output.bias").as_col();
    Matrix part = probabilities(logits);
    part.each_row() %= priors.row(k);
    result += part;
  }
  return result;
}

TEST(MixtureSoftmaxLayer, Gradients) {
  for (const int components : {1, 3})
    for (const bool tied : {false, true}) {
      Layer layer(options_of(components), tied);
      Matrix hidden = hidden_vectors();
      expect_gradients(layer.store, {&hidden},
                       [&](Tape& tape, const Inputs& v) { return layer.loss(tape, v[0]); });
    }
}

TEST(MixtureSoftmaxLayer, GradientsWhereNothingCounts) {
  Layer layer(options_of(3), true);
  Matrix hidden = hidden_vectors();
  const std::vector<int> none(kTargets.size(), -1);
  expect_gradients(layer.store, {&hidden},
                   [&](Tape& tape, const Inputs& v) { return layer.loss(tape, v[0], none); });
}

TEST(MixtureSoftmaxLayer, GradientsWithDropout) {
  for (const DropoutKind kind : {DropoutKind::elements, DropoutKind::sequence}) {
    MixtureSoftmax::Options options = options_of(3);
    options.dropout = 0.4;
    options.dropout_kind = kind;
    Layer layer(options, true);
    Matrix hidden = hidden_vectors();
    expect_gradients(layer.store, {&hidden},
                     [&](Tape& tape, const Inputs& v) { return layer.loss(tape, v[0]); });
  }
}

// What backward hands on is multiplied by what arrives, and added to what is there.
TEST(MixtureSoftmaxLayer, GradientsBesideOthers) {
  Layer layer(options_of(2), true);
  Matrix hidden = hidden_vectors();
  expect_gradients(layer.store, {&hidden}, [&](Tape& tape, const Inputs& v) {
    Var twice = layer.loss(tape, v[0]);
    twice = multiply(tape, twice, twice);
    const Var table = tape.parameter(*layer.store.find("table"));
    return add(tape, add(tape, twice, projected(tape, table)), projected(tape, v[0]));
  });
}

TEST(MixtureSoftmaxLayer, IsTheMixtureAndItsLossAgrees) {
  for (const int components : {1, 2, 5})
    for (const bool tied : {false, true}) {
      Layer layer(options_of(components), tied);
      const Matrix hidden = hidden_vectors(), expected = mixed(layer, hidden, components);
      expect_near(arma::exp(layer.scores(hidden)), expected, 1e-13, "probabilities");
      double total = 0, counted = 0;
      for (Index n = 0; n < hidden.n_cols; ++n) {
        if (kTargets[n] < 0) continue;
        total -= std::log(expected(static_cast<Index>(kTargets[n]), n));
        ++counted;
      }
      Tape tape;
      EXPECT_NEAR(layer.loss(tape, tape.constant(hidden)).value()(0, 0), total / counted, 1e-13);
    }
}

TEST(MixtureSoftmaxLayer, OfOneComponentIsASoftmax) {
  Layer layer(options_of(1), false);
  ParameterStore store;
  const FullSoftmax plain(store, "output", kDepth, kWords, Initializer::zeros());
  for (Parameter& parameter : store) parameter.value = layer.value(parameter.name);
  const auto loss_of = [&](const OutputLayer& output, const ParameterStore& parameters,
                           const auto& input, Gradients& gradients) {
    RandomStream noise(1, "noise");
    Tape tape(gradients, noise);
    Var loss = output.loss(tape, input(tape), kTargets.data(), kShape);
    tape.backward(loss);
    EXPECT_EQ(gradients.size(), parameters.size());
    return loss.value()(0, 0);
  };
  const Matrix hidden = hidden_vectors();
  Matrix latent = layer.value("output.latent.weight") * hidden;
  latent.each_col() += layer.value("output.latent.bias").as_col();
  latent = arma::tanh(latent);
  Gradients ours(layer.store), theirs(store);
  EXPECT_NEAR(loss_of(
                  *layer.layer, layer.store, [&](Tape& t) { return t.constant(hidden); }, ours),
              loss_of(
                  plain, store, [&](Tape& t) { return t.constant(latent); }, theirs),
              1e-14);
  for (const Parameter& parameter : store)
    expect_near(ours[layer.store.find(parameter.name)->index].value, theirs[parameter.index].value,
                1e-13, parameter.name);
  EXPECT_EQ(arma::abs(ours[layer.store.find("output.prior")->index].value).max(), 0);
}

// No component gives the target a probability that is a number above zero, and none is lost.
TEST(MixtureSoftmaxLayer, HoldsWhatExponentialsDoNot) {
  Layer layer(options_of(2), false);
  Matrix& bias = layer.store.find("output.bias")->value;
  bias(0) += 5000;
  const Matrix hidden = hidden_vectors(), scores = layer.scores(hidden);
  EXPECT_TRUE(scores.is_finite());
  EXPECT_LT(scores(1, 0), -4000);
  Gradients gradients(layer.store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  Var loss = layer.loss(tape, tape.constant(hidden));
  tape.backward(loss);
  EXPECT_GT(loss.value()(0, 0), 3000);
  for (const Parameter& parameter : layer.store)
    EXPECT_TRUE(gradients[parameter.index].value.is_finite()) << parameter.name;
}

TEST(MixtureSoftmaxLayer, SaysHowItTrains) {
  Layer layer(options_of(2), false);
  Gradients gradients(layer.store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  const Matrix hidden = hidden_vectors();
  EXPECT_THROW(layer.layer->scores(tape, tape.constant(hidden)), std::logic_error);
}

// Beginning with the hidden vectors; one column does not count.
TEST(MixtureSoftmaxLayer, PyTorch) {
  const nlohmann::json golden = read_golden("mixture.json");
  for (const bool tied : {false, true}) {
    ParameterStore store;
    const Matrix hidden = golden_matrix(golden.at("hidden"));
    const int inputs = golden.at("hidden").at("rows"), words = golden.at("vocabulary"),
              depth = golden.at("depth");
    const MixtureSoftmax::Options options = options_of(golden.at("components"));
    const Parameter& table = store.add_table("table", static_cast<Index>(depth),
                                             static_cast<Index>(words), Initializer::zeros());
    const auto layer = tied ? std::make_unique<MixtureSoftmax>(store, "output", inputs, table,
                                                               options, InitOptions{})
                            : std::make_unique<MixtureSoftmax>(store, "output", inputs, depth,
                                                               words, options, InitOptions{});
    store.initialize(1);
    // The untied weight is the table, turned around.
    const auto turned = [&](const nlohmann::json& matrix, const std::string& name) {
      return tied && name == "output.weight" ? Matrix(golden_matrix(matrix).t())
                                             : golden_matrix(matrix);
    };
    const auto parameter = [&](const std::string& name) {
      return store.find(tied && name == "output.weight" ? "table" : name);
    };
    for (const auto& [name, value] : golden.at("parameters").items())
      parameter(name)->value = turned(value, name);

    Tape answers;
    expect_golden(layer->scores(answers, answers.constant(hidden)).value(),
                  golden.at("log_probabilities"), "probabilities");
    Gradients gradients(store);
    RandomStream noise(1, "noise");
    Tape tape(gradients, noise);
    Var x = tape.variable(hidden);
    const std::vector<int> targets = golden.at("targets");
    Var loss = layer->loss(tape, x, targets.data(), {7, 1, nullptr});
    tape.backward(loss);
    EXPECT_NEAR(loss.value()(0, 0), golden.at("loss").get<double>(), kGoldenTolerance);
    expect_golden(*x.gradient(), golden.at("d_hidden"), "d hidden");
    for (const auto& [name, value] : golden.at("gradients").items())
      expect_near(gradients[parameter(name)->index].value, turned(value, name), kGoldenTolerance,
                  name);
  }
}

}  // namespace
}  // namespace weft
