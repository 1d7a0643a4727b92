// Layers against finite differences.

#include <cmath>

#include "gradient_testing.h"
#include "models/layers/dense.h"
#include "models/layers/embedding.h"
#include "models/layers/recurrent.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;

TEST(DenseLayer, Gradients) {
  ParameterStore store;
  const Dense dense(store, "dense", 3, 2, Initializer::glorot());
  randomize(store);
  Matrix x = random_matrix(3, 5, 1);
  EXPECT_EQ(store.count(), 8u);
  expect_gradients(store, {&x},
                   [&](Tape& tape, const Inputs& v) { return projected(tape, dense(tape, v[0])); });
}

TEST(EmbeddingLayer, Gradients) {
  ParameterStore store;
  const Embedding embedding(store, "words", 6, 3, Initializer::uniform(0.1));
  randomize(store);
  expect_gradients(store, {}, [&](Tape& tape, const Inputs&) {
    return projected(tape, embedding(tape, {4, 0, 4, 1, -1}));
  });
}

TEST(EmbeddingLayer, WordDropout) {
  ParameterStore store;
  const Embedding embedding(store, "words", 6, 3, Initializer::uniform(0.1));
  randomize(store);
  expect_gradients(store, {}, [&](Tape& tape, const Inputs&) {
    return projected(tape, embedding(tape, {4, 0, 4, 1, -1, 2, 3, 5, 0}, 0.5));
  });
}

// A word is dropped everywhere or nowhere, about as often as asked, and the others are scaled.
TEST(EmbeddingLayer, DropsWholeWords) {
  constexpr Index words = 2000;
  ParameterStore store;
  const Embedding embedding(store, "words", words, 1, Initializer::constant(1));
  store.initialize(1);
  Gradients gradients(store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  std::vector<int> ids(2 * words);
  for (std::size_t n = 0; n < ids.size(); ++n) ids[n] = static_cast<int>(n % words);
  const Matrix y = embedding(tape, ids, 0.25).value();
  double kept = 0;
  for (Index n = 0; n < words; ++n) {
    EXPECT_EQ(y[n], y[n + words]);
    if (y[n] == 0) continue;
    EXPECT_NEAR(y[n], 1 / 0.75, 1e-12);
    ++kept;
  }
  EXPECT_NEAR(kept, 0.75 * words, 4 * std::sqrt(words * 0.25 * 0.75));

  Tape answering;
  EXPECT_EQ(embedding(answering, ids, 0.25).value().min(), 1);
}

struct RecurrentCase {
  const char* name;
  Cell cell;
  bool bidirectional;
  DropoutKind dropout_kind;
};

class RecurrentLayer : public testing::TestWithParam<RecurrentCase> {};

// Two layers with dropout between them, lengths unsorted, one 0, all shorter than T; a state
// carried in.
TEST_P(RecurrentLayer, Gradients) {
  ParameterStore store;
  Recurrent::Options options;
  options.cell = GetParam().cell;
  options.layers = 2;
  options.hidden = 3;
  options.bidirectional = GetParam().bidirectional;
  options.dropout = 0.3;
  options.dropout_kind = GetParam().dropout_kind;
  const Recurrent recurrent(store, "recurrent", 2, options, {});
  randomize(store);
  const std::vector<int> lengths = {3, 0, 4, 1};
  const SequenceShape shape{5, 4, lengths.data()};
  Matrix x = random_matrix(2, shape.columns(), 1);
  RecurrentState start;
  for (std::uint64_t i = 0; i < (options.bidirectional ? 4u : 2u); ++i) {
    start.hidden.push_back(random_matrix(3, 4, 10 + i));
    start.cell.push_back(is_lstm(options.cell) ? random_matrix(3, 4, 20 + i) : Matrix());
  }
  expect_gradients(store, {&x}, [&](Tape& tape, const Inputs& v) {
    RecurrentState state = start;  // the layer overwrites it while backward still needs the first
    Var last;
    Var y = recurrent(tape, v[0], shape, state, &last);
    return add(tape, projected(tape, y), projected(tape, last, 5));
  });
}

INSTANTIATE_TEST_SUITE_P(
    All, RecurrentLayer,
    testing::Values(RecurrentCase{"Rnn", Cell::rnn, false, DropoutKind::elements},
                    RecurrentCase{"RnnBoth", Cell::rnn, true, DropoutKind::sequence},
                    RecurrentCase{"Gru", Cell::gru, false, DropoutKind::sequence},
                    RecurrentCase{"GruBoth", Cell::gru, true, DropoutKind::elements},
                    RecurrentCase{"Lstm", Cell::lstm, false, DropoutKind::elements},
                    RecurrentCase{"LstmBoth", Cell::lstm, true, DropoutKind::sequence},
                    RecurrentCase{"Cifg", Cell::cifg, true, DropoutKind::elements},
                    RecurrentCase{"Mogrifier", Cell::mogrifier, true, DropoutKind::elements},
                    RecurrentCase{"LayerNorm", Cell::layer_norm, true, DropoutKind::elements}),
    [](const auto& test) { return std::string(test.param.name); });

// A recurrent layer, attention scores from a dense one, a classification: the whole of a net.
TEST(AttentionPooling, Gradients) {
  ParameterStore store;
  const Embedding embedding(store, "words", 6, 2, Initializer::uniform(0.1));
  Recurrent::Options options;
  options.hidden = 3;
  options.bidirectional = true;
  const Recurrent recurrent(store, "recurrent", 2, options, {});
  const Dense attention(store, "attention", 6, 1, Initializer::glorot());
  const Dense output(store, "output", 6, 3, Initializer::glorot());
  randomize(store);
  const std::vector<int> lengths = {3, 0, 4, 1}, targets = {1, 0, 2, 2};
  const std::vector<int> ids = {1, 0, 5, 2, 3, 0, 1, 0, 1, 0, 4, 0, 0, 0, 2, 0, 0, 0, 0, 0};
  const SequenceShape shape{5, 4, lengths.data()};
  expect_gradients(store, {}, [&](Tape& tape, const Inputs&) {
    RecurrentState state;
    Var hidden = recurrent(tape, embedding(tape, ids), shape, state);
    Var pooled = attention_over_time(tape, hidden, attention(tape, hidden), shape);
    return softmax_cross_entropy(tape, output(tape, pooled), targets.data(), 0.1);
  });
}

}  // namespace
}  // namespace weft
