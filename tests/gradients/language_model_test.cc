// Regularised language models against finite differences.

#include "models/nets/language_model.h"
#include "gradient_testing.h"
#include "numbered_words.h"
#include "recurrent_testing.h"

namespace weft {
namespace {

TEST(ActivationPenalty, ValueAndGradients) {
  Matrix h = random_matrix(3, 8, 1);
  Tape tape;
  EXPECT_NEAR(activation_penalty(tape, tape.constant(h), 0.5).value()(0, 0),
              0.5 * arma::accu(arma::square(h)) / 24, 1e-14);
  expect_gradients(
      {&h}, [](Tape& t, const std::vector<Var>& v) { return activation_penalty(t, v[0], 2); });
}

TEST(TemporalPenalty, ValueAndGradients) {
  Matrix h = random_matrix(3, 8, 1);  // four steps of two sequences
  double sum = 0;
  for (Index n = 2; n < 8; ++n) sum += arma::accu(arma::square(h.col(n) - h.col(n - 2)));
  Tape tape;
  EXPECT_NEAR(temporal_penalty(tape, tape.constant(h), 0.5, 2).value()(0, 0), 0.5 * sum / 18,
              1e-14);
  expect_gradients({&h}, [](Tape& t, const std::vector<Var>& v) {
    return add(t, temporal_penalty(t, v[0], 2, 2), projected(t, v[0]));
  });
}

TEST(TemporalPenalty, OfOneStepIsZero) {
  const Matrix h = random_matrix(3, 2, 1);
  Tape tape;
  EXPECT_EQ(temporal_penalty(tape, tape.constant(h), 0.5, 2).value()(0, 0), 0);
}

// Of a ragged batch.
void expect_gradients_of_the_loss(const LanguageModelOptions& options) {
  LanguageModel model(options, numbered_words(8));
  randomize(model.parameters());
  TokenBatch batch;
  batch.steps = 5, batch.examples = 2;
  batch.ids = {4, 5, 6, 3, 7, 7, 4, 5, 5, 0};
  batch.lengths = {5, 4};
  const std::vector<int> targets = {5, 6, 3, 7, 7, 4, 6, 5, 3, -1};
  expect_gradients(model.parameters(), {}, [&](Tape& tape, const std::vector<Var>&) {
    RecurrentState state;
    return model.loss(tape, batch, targets.data(), state);
  });
}

// All that Merity et al. (2018) regularise with, and layers of two sizes.
TEST(LanguageModelGradients, WithEveryRegularisation) {
  for (const Cell cell : kEveryCell) {
    LanguageModelOptions options;
    options.cell = cell;
    options.hidden = 4, options.embedding = 3;
    options.tie = true;
    options.dropout_kind = DropoutKind::sequence;
    options.dropout = 0.3;
    options.input_dropout = 0.2;
    options.output_dropout = 0.4;
    options.word_dropout = 0.2;
    options.weight_drop = 0.5;
    options.activation_penalty = 2;
    options.temporal_penalty = 1;
    expect_gradients_of_the_loss(options);
  }
}

// A last layer that is no wider than it must be, below components as large as the embedding.
TEST(LanguageModelGradients, WithAMixture) {
  for (const bool tie : {false, true}) {
    LanguageModelOptions options;
    options.hidden = 4, options.embedding = 3, options.last_hidden = 2;
    options.tie = tie;
    options.output = OutputKind::mixture;
    options.mixture_components = 3;
    options.dropout_kind = DropoutKind::sequence;
    options.dropout = 0.2;
    options.latent_dropout = 0.4;
    options.activation_penalty = 2;
    expect_gradients_of_the_loss(options);
  }
}

}  // namespace
}  // namespace weft
