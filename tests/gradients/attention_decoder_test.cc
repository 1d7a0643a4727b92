// The decoder with attention against finite differences: every cell and kind of attention, one
// layer and two, ragged on both sides.

#include <vector>

#include "gradient_testing.h"
#include "models/core/attention_ops.h"
#include "models/layers/attention_decoder_layer.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;

constexpr Index kInputs = 2, kHidden = 3, kMemory = 4;
// Target lengths unsorted, one 0, all shorter than T; source lengths with one 0.
const std::vector<int> kTargetLengths = {3, 0, 4, 1}, kSourceLengths = {2, 3, 0, 5};
const SequenceShape kTarget{5, 4, kTargetLengths.data()}, kSource{5, 4, kSourceLengths.data()};
const std::vector<int> kStarts = {0, 2, 5, 5, 10};

struct DecoderCase {
  GatedCell cell;
  AttentionKind attention;
  int layers;
  double dropout = 0;
  DropoutKind dropout_kind = DropoutKind::elements;
};

AttentionDecoderLayer::Options options_of(const DecoderCase& tested) {
  AttentionDecoderLayer::Options options;
  options.cell = tested.cell;
  options.layers = tested.layers;
  options.inputs = kInputs;
  options.hidden = kHidden;
  options.memory = tested.attention == AttentionKind::dot ? kHidden : kMemory;
  options.attention = tested.attention;
  options.dropout = tested.dropout;
  options.dropout_kind = tested.dropout_kind;
  return options;
}

std::vector<DecoderCase> all_cases() {
  std::vector<DecoderCase> cases;
  for (const GatedCell cell : {GatedCell::gru, GatedCell::lstm})
    for (const AttentionKind attention :
         {AttentionKind::dot, AttentionKind::general, AttentionKind::additive})
      for (const int layers : {1, 2}) cases.push_back({cell, attention, layers});
  cases.push_back({GatedCell::lstm, AttentionKind::general, 3, 0.4, DropoutKind::elements});
  cases.push_back({GatedCell::gru, AttentionKind::additive, 2, 0.4, DropoutKind::sequence});
  return cases;
}

class AttentionDecoderGradients : public testing::TestWithParam<DecoderCase> {};

TEST_P(AttentionDecoderGradients, OfEveryInputAndParameter) {
  ParameterStore store;
  const AttentionDecoderLayer::Options options = options_of(GetParam());
  const AttentionDecoderLayer decoder(store, "decoder", options, {});
  randomize(store);
  Matrix y = random_matrix(kInputs, kTarget.columns(), 1);
  Matrix states = random_matrix(static_cast<Index>(options.memory), kSource.columns(), 2);
  Matrix feed = random_matrix(kHidden, 4, 3);
  std::vector<Matrix> start;
  for (int l = 0; l < 2 * options.layers; ++l)
    start.push_back(random_matrix(kHidden, 4, 10 + static_cast<std::uint64_t>(l)));
  std::vector<Matrix*> inputs = {&y, &states, &feed};
  const bool is_lstm = options.cell == GatedCell::lstm;
  for (int l = 0; l < (is_lstm ? 2 : 1) * options.layers; ++l)
    inputs.push_back(&start[static_cast<std::size_t>(l)]);
  expect_gradients(store, inputs, [&](Tape& tape, const Inputs& v) {
    AttentionDecoderLayer::State state;
    state.feed = v[2];
    for (int l = 0; l < options.layers; ++l) {
      state.hidden.push_back(v[3 + static_cast<std::size_t>(l)]);
      if (is_lstm) state.cell.push_back(v[3 + static_cast<std::size_t>(options.layers + l)]);
    }
    AttentionMemory memory = decoder.memory(tape, pack_sequences(tape, v[1], kSource));
    memory.starts = kStarts.data();
    memory.sentences = 4;
    return projected(tape, decoder(tape, v[0], kTarget, memory, state).attended);
  });
}

INSTANTIATE_TEST_SUITE_P(All, AttentionDecoderGradients, testing::ValuesIn(all_cases()));

TEST(PackSequences, ValueAndGradients) {
  Matrix x = random_matrix(3, kSource.columns(), 1);
  expect_gradients({&x}, [&](Tape& tape, const Inputs& v) {
    Var y = pack_sequences(tape, v[0], kSource);
    EXPECT_EQ(y.cols(), 10u);
    expect_near(y.value().col(5), x.col(3), 0, "the first of the last sequence");
    expect_near(y.value().col(1), x.col(4), 0, "the second of the first");
    return add(tape, projected(tape, v[0], 3),
               add(tape, projected(tape, y), projected(tape, v[0])));
  });
}

// One step after another with the state carried by hand, sequences in another order.
TEST(AttentionDecoder, StepsGiveWhatAWholeSequenceGives) {
  for (const DecoderCase& tested : all_cases()) {
    ParameterStore store;
    const AttentionDecoderLayer::Options options = options_of(tested);
    const AttentionDecoderLayer decoder(store, "decoder", options, {});
    randomize(store);
    const Matrix y = random_matrix(kInputs, kTarget.columns(), 1);
    const Matrix states = random_matrix(static_cast<Index>(options.memory), 10, 2);
    Tape tape;
    AttentionMemory memory = decoder.memory(tape, tape.constant(states));
    memory.starts = kStarts.data();
    memory.sentences = 4;
    const AttentionResult whole = decoder(tape, tape.constant(y), kTarget, memory, {});

    const std::vector<int> order = {2, 0};
    memory.sentence = order.data();
    const Index L = static_cast<Index>(options.layers);
    std::vector<Matrix> hidden(L), cell(L);
    Matrix feed(kHidden, 2, arma::fill::zeros);
    for (Matrix& matrix : hidden) matrix.zeros(kHidden, 2);
    for (Matrix& matrix : cell) matrix.zeros(kHidden, 2);
    for (Index t = 0; t < 3; ++t) {
      AttentionDecoderLayer::State state;
      for (const Matrix& matrix : hidden) state.hidden.push_back(tape.constant(matrix));
      if (options.cell == GatedCell::lstm)
        for (const Matrix& matrix : cell) state.cell.push_back(tape.constant(matrix));
      state.feed = tape.constant(feed);
      const Matrix inputs = y.cols(arma::uvec{t * 4 + 2, t * 4});
      const AttentionResult result =
          decoder(tape, tape.constant(inputs), {1, 2, nullptr}, memory, state);
      const Matrix attended = result.attended.value();
      expect_near(attended, whole.attended.value().cols(arma::uvec{t * 4 + 2, t * 4}), 1e-12, "h");
      for (std::size_t s = 0; s < 2; ++s)
        EXPECT_NEAR(result.weights[result.offsets[1] + s],
                    whole.weights[whole.offsets[0] + 2 * t + s], 1e-12);
      std::vector<Matrix> next_hidden, next_cell;
      for (Index l = 0; l < L; ++l) {
        next_hidden.emplace_back(result.hidden[l], kHidden, 2);
        if (result.cell[l]) next_cell.emplace_back(result.cell[l], kHidden, 2);
      }
      hidden = next_hidden;
      if (!next_cell.empty()) cell = next_cell;
      feed = attended;
    }
  }
}

}  // namespace
}  // namespace weft
