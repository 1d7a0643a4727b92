// Padding changes nothing: a ragged batch gives what each of its sequences gives alone. And a long
// sequence read in stretches with carried state gives what it gives in one pass.

#include <limits>

#include "recurrent_testing.h"

namespace weft {
namespace {

constexpr int kInputs = 2, kHidden = 3, kClasses = 4, kSteps = 6, kExamples = 4;
const std::vector<int> kLengths = {3, 0, 5, 1}, kTargets = {2, 1, 0, 3};

// Two layers in both directions, pooled, classified: everything that a length can go wrong in.
struct Net {
  Net(Cell cell, Var (*pool)(Tape&, Var, SequenceShape))
      : layers{{store, "0.forward", cell, kInputs, kHidden},
               {store, "0.backward", cell, kInputs, kHidden},
               {store, "1.forward", cell, 2 * kHidden, kHidden},
               {store, "1.backward", cell, 2 * kHidden, kHidden}},
        output(add_parameter(store, "output", kClasses, 4 * kHidden)),
        pooling(pool) {}

  Var loss(Tape& tape, Var x, SequenceShape shape, const int* targets) const {
    Var finals;
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const RecurrentResult ahead = layers[2 * layer](tape, x, {}, {}, shape, Direction::forward);
      const RecurrentResult back =
          layers[2 * layer + 1](tape, x, {}, {}, shape, Direction::backward);
      x = stack_rows(tape, ahead.hidden, back.hidden);
      finals = stack_rows(tape, ahead.final_hidden, back.final_hidden);
    }
    Var features = stack_rows(tape, pooling(tape, x, shape), finals);
    return softmax_cross_entropy(tape, affine(tape, tape.parameter(output), features), targets, 0.1,
                                 1);
  }

  ParameterStore store;
  TestLayer layers[4];
  Parameter& output;
  Var (*pooling)(Tape&, Var, SequenceShape);
};

struct Outcome {
  double loss;
  std::vector<Matrix> gradients;  // of every parameter
  Matrix dx;
};

Outcome run(const Net& net, const Matrix& x, SequenceShape shape, const int* targets) {
  Gradients gradients(net.store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  Var in = tape.variable(x);
  Var loss = net.loss(tape, in, shape, targets);
  tape.backward(loss);
  Outcome outcome{loss.value()(0, 0), {}, *in.gradient()};
  for (std::size_t i = 0; i < gradients.size(); ++i)
    outcome.gradients.push_back(gradients[i].value);
  return outcome;
}

using PoolingCase = std::pair<const char*, Var (*)(Tape&, Var, SequenceShape)>;

class Ragged : public testing::TestWithParam<std::tuple<Cell, PoolingCase>> {
 protected:
  Ragged() : net_(std::get<0>(GetParam()), std::get<1>(GetParam()).second) {}

  Matrix alone(const Matrix& x, std::size_t b) const {
    Matrix result(kInputs, static_cast<Index>(kLengths[b]));
    for (Index t = 0; t < result.n_cols; ++t) result.col(t) = x.col(t * kExamples + b);
    return result;
  }

  Net net_;
};

TEST_P(Ragged, ABatchEqualsItsSequencesAlone) {
  const SequenceShape shape{kSteps, kExamples, kLengths.data()};
  Matrix x = random_matrix(kInputs, shape.columns(), 1);
  const Outcome batch = run(net_, x, shape, kTargets.data());
  double loss = 0;
  std::vector<Matrix> gradients;
  for (const Parameter& parameter : net_.store)
    gradients.emplace_back(parameter.rows, parameter.columns, arma::fill::zeros);
  Matrix dx(kInputs, shape.columns(), arma::fill::zeros);
  for (std::size_t b = 0; b < kExamples; ++b) {
    const Outcome single = run(net_, alone(x, b), {kLengths[b], 1, nullptr}, &kTargets[b]);
    loss += single.loss;
    for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i] += single.gradients[i];
    for (Index t = 0; t < single.dx.n_cols; ++t) dx.col(t * kExamples + b) = single.dx.col(t);
  }
  EXPECT_NEAR(batch.loss, loss, 1e-12);
  expect_near(batch.dx, dx, 1e-13, "dx");
  for (std::size_t i = 0; i < gradients.size(); ++i)
    expect_near(batch.gradients[i], gradients[i], 1e-13, net_.store[i].name);
}

// What stands in padded columns, and how many there are, is of no consequence, to the last bit
// wherever no product has another shape.
TEST_P(Ragged, ContentsOfPaddingDoNotMatter) {
  const SequenceShape shape{kSteps, kExamples, kLengths.data()};
  Matrix x = random_matrix(kInputs, shape.columns(), 1), y = x;
  for (int t = 0; t < kSteps; ++t)
    for (std::size_t b = 0; b < kExamples; ++b)
      if (t >= kLengths[b]) y.col(static_cast<Index>(t) * kExamples + b).fill(1e6);
  const Outcome one = run(net_, x, shape, kTargets.data());
  const Outcome other = run(net_, y, shape, kTargets.data());
  EXPECT_EQ(one.loss, other.loss);
  expect_near(other.dx, one.dx, 0, "dx");
  for (std::size_t i = 0; i < one.gradients.size(); ++i)
    expect_near(other.gradients[i], one.gradients[i], 0, net_.store[i].name);
}

TEST_P(Ragged, MorePaddingDoesNotMatter) {
  const SequenceShape shape{kSteps, kExamples, kLengths.data()};
  const SequenceShape longer{kSteps + 3, kExamples, kLengths.data()};
  const Matrix y = random_matrix(kInputs, longer.columns(), 1);
  const Matrix x = y.head_cols(shape.columns());
  const Outcome one = run(net_, x, shape, kTargets.data());
  const Outcome other = run(net_, y, longer, kTargets.data());
  EXPECT_NEAR(one.loss, other.loss, 1e-12);
  expect_near(other.dx.head_cols(shape.columns()), one.dx, 1e-13, "dx");
  EXPECT_EQ(arma::accu(arma::abs(other.dx.tail_cols(3 * kExamples))), 0);
  for (std::size_t i = 0; i < one.gradients.size(); ++i)
    expect_near(other.gradients[i], one.gradients[i], 1e-13, net_.store[i].name);
}

// Lengths and targets are the caller's only until the forward pass is over.
TEST_P(Ragged, LengthsAndTargetsNeedNotOutliveTheForwardPass) {
  std::vector<int> lengths = kLengths, targets = kTargets;
  const SequenceShape shape{kSteps, kExamples, lengths.data()};
  const Matrix x = random_matrix(kInputs, shape.columns(), 1);
  const Outcome expected = run(net_, x, shape, targets.data());
  Gradients gradients(net_.store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  Var in = tape.variable(x);
  Var loss = net_.loss(tape, in, shape, targets.data());
  lengths.assign(kExamples, 1);
  targets.assign(kExamples, 0);
  tape.backward(loss);
  expect_near(*in.gradient(), expected.dx, 0, "dx");
  for (std::size_t i = 0; i < gradients.size(); ++i)
    expect_near(gradients[i].value, expected.gradients[i], 0, net_.store[i].name);
}

INSTANTIATE_TEST_SUITE_P(All, Ragged,
                         testing::Combine(testing::ValuesIn(kEveryCell),
                                          testing::Values(PoolingCase{"Last", &last_over_time},
                                                          PoolingCase{"Mean", &mean_over_time},
                                                          PoolingCase{"Max", &max_over_time})),
                         [](const auto& test) {
                           return name(std::get<0>(test.param)) + std::get<1>(test.param).first;
                         });

class CarriedState : public testing::TestWithParam<Cell> {};

TEST_P(CarriedState, StretchesGiveWhatOnePassGives) {
  ParameterStore store;
  const TestLayer layer(store, "layer", GetParam(), kInputs, kHidden);
  const int steps = 9, examples = 3, stretch = 4;  // 4 + 4 + 1
  const std::vector<int> lengths = {9, 2, 6};
  const Matrix x = random_matrix(kInputs, static_cast<Index>(steps * examples), 1);
  Tape tape;
  const RecurrentResult whole =
      layer(tape, tape.constant(x), {}, {}, {steps, examples, lengths.data()}, Direction::forward);
  Matrix hidden, cell;  // carried
  for (int begin = 0; begin < steps; begin += stretch) {
    const int end = std::min(steps, begin + stretch);
    std::vector<int> rest;
    for (const int length : lengths) rest.push_back(std::clamp(length - begin, 0, end - begin));
    const Index first = static_cast<Index>(begin * examples),
                last = static_cast<Index>(end * examples) - 1;
    const Matrix part = x.cols(first, last);
    Tape stretch_tape;
    const RecurrentResult result = layer(stretch_tape, stretch_tape.constant(part),
                                         hidden.is_empty() ? Var() : stretch_tape.constant(hidden),
                                         cell.is_empty() ? Var() : stretch_tape.constant(cell),
                                         {end - begin, examples, rest.data()}, Direction::forward);
    expect_near(result.hidden.value(), whole.hidden.value().cols(first, last), 1e-14, "hidden");
    hidden = result.final_hidden.value();
    if (result.final_cell) cell = result.final_cell.value();
  }
  expect_near(hidden, whole.final_hidden.value(), 1e-14, "final hidden state");
  if (whole.final_cell) expect_near(cell, whole.final_cell.value(), 1e-14, "final cell");
}

// Reading backwards is reading the reversed sequence forwards.
TEST_P(CarriedState, BackwardIsForwardOnTheReversedSequence) {
  ParameterStore store;
  const TestLayer layer(store, "layer", GetParam(), kInputs, kHidden);
  const std::vector<int> lengths = {3, 5, 1};
  const SequenceShape shape{5, 3, lengths.data()};
  const Matrix x = random_matrix(kInputs, shape.columns(), 1);
  const auto mirrored = [&](int t, std::size_t b) {
    return static_cast<Index>(lengths[b] - 1 - t) * 3 + b;
  };
  Matrix y = x;
  for (std::size_t b = 0; b < 3; ++b)
    for (int t = 0; t < lengths[b]; ++t)
      y.col(static_cast<Index>(t) * 3 + b) = x.col(mirrored(t, b));
  Tape tape;
  const auto ahead = layer(tape, tape.constant(y), {}, {}, shape, Direction::forward);
  const auto back = layer(tape, tape.constant(x), {}, {}, shape, Direction::backward);
  expect_near(back.final_hidden.value(), ahead.final_hidden.value(), 1e-14, "final hidden state");
  for (std::size_t b = 0; b < 3; ++b)
    for (int t = 0; t < lengths[b]; ++t)
      expect_near(back.hidden.value().col(mirrored(t, b)),
                  ahead.hidden.value().col(static_cast<Index>(t) * 3 + b), 1e-14, "hidden");
}

INSTANTIATE_TEST_SUITE_P(Cells, CarriedState, testing::ValuesIn(kEveryCell),
                         [](const auto& test) { return name(test.param); });

}  // namespace
}  // namespace weft
