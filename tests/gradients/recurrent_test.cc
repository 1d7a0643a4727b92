// Recurrent operations against finite differences: ragged lengths, both directions, two layers,
// initial states, gradients that arrive at every result.

#include "recurrent_testing.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;

constexpr int kInputs = 2, kHidden = 3, kSteps = 5, kExamples = 4;
const std::vector<int> kLengths = {3, 0, 5, 1};

class RecurrentGradients : public testing::TestWithParam<std::tuple<Cell, Direction>> {
 protected:
  RecurrentGradients()
      : layer_(store_, "layer", std::get<0>(GetParam()), kInputs, kHidden),
        x_(random_matrix(kInputs, shape_.columns(), 1)),
        h0_(random_matrix(kHidden, kExamples, 2)),
        c0_(random_matrix(kHidden, kExamples, 3)) {}

  RecurrentResult run(Tape& tape, const Inputs& v) const {
    return layer_(tape, v[0], v.size() > 1 ? v[1] : Var(), v.size() > 2 ? v[2] : Var(), shape_,
                  std::get<1>(GetParam()));
  }
  // Inputs with the initial states that this cell has.
  std::vector<Matrix*> all_inputs() {
    if (is_lstm(layer_.cell)) return {&x_, &h0_, &c0_};
    return {&x_, &h0_};
  }

  ParameterStore store_;
  TestLayer layer_;
  SequenceShape shape_{kSteps, kExamples, kLengths.data()};
  Matrix x_, h0_, c0_;
};

TEST_P(RecurrentGradients, FromEveryResult) {
  expect_gradients(store_, all_inputs(), [&](Tape& tape, const Inputs& v) {
    const RecurrentResult result = run(tape, v);
    Var loss = add(tape, projected(tape, result.hidden, 5), projected(tape, result.final_hidden));
    if (result.final_cell) loss = add(tape, loss, projected(tape, result.final_cell, 6));
    return loss;
  });
}

TEST_P(RecurrentGradients, FromHiddenAlone) {
  expect_gradients(store_, all_inputs(), [&](Tape& tape, const Inputs& v) {
    return projected(tape, run(tape, v).hidden);
  });
}

TEST_P(RecurrentGradients, FromTheFinalHiddenStateAlone) {
  expect_gradients(store_, all_inputs(), [&](Tape& tape, const Inputs& v) {
    return projected(tape, run(tape, v).final_hidden);
  });
}

TEST_P(RecurrentGradients, WithoutInitialStates) {
  expect_gradients(store_, {&x_}, [&](Tape& tape, const Inputs& v) {
    const RecurrentResult result = run(tape, v);
    return add(tape, projected(tape, result.hidden), projected(tape, result.final_hidden));
  });
}

TEST_P(RecurrentGradients, FullLengths) {
  shape_.lengths = nullptr;
  expect_gradients(store_, all_inputs(), [&](Tape& tape, const Inputs& v) {
    const RecurrentResult result = run(tape, v);
    return add(tape, projected(tape, result.hidden), projected(tape, result.final_hidden));
  });
}

// One cell used twice in a row, the second beginning in the final state of the first: gradients of
// weights are added, gradients of states flow through.
TEST_P(RecurrentGradients, WeightsSharedByTwoStretches) {
  expect_gradients(store_, all_inputs(), [&](Tape& tape, const Inputs& v) {
    const RecurrentResult first = run(tape, v);
    const RecurrentResult second =
        layer_(tape, v[0], first.final_hidden, first.final_cell, shape_, std::get<1>(GetParam()));
    return add(tape, projected(tape, first.hidden), projected(tape, second.hidden, 5));
  });
}

TEST_P(RecurrentGradients, OneStep) {
  shape_.steps = 1;
  const std::vector<int> lengths = {1, 0, 1, 1};
  shape_.lengths = lengths.data();
  x_ = random_matrix(kInputs, shape_.columns(), 1);
  expect_gradients(store_, all_inputs(), [&](Tape& tape, const Inputs& v) {
    const RecurrentResult result = run(tape, v);
    return add(tape, projected(tape, result.hidden), projected(tape, result.final_hidden));
  });
}

// No steps: the final state is the initial one, and so is its gradient; weights get zeros.
TEST_P(RecurrentGradients, NoSteps) {
  shape_ = {0, kExamples, nullptr};
  x_.set_size(kInputs, 0);
  expect_gradients(store_, all_inputs(), [&](Tape& tape, const Inputs& v) {
    const RecurrentResult result = run(tape, v);
    EXPECT_TRUE(arma::approx_equal(result.final_hidden.value(), h0_, "absdiff", 0));
    return projected(tape, result.final_hidden);
  });
}

std::string case_name(const testing::TestParamInfo<std::tuple<Cell, Direction>>& info) {
  return name(std::get<0>(info.param)) +
         (std::get<1>(info.param) == Direction::forward ? "Forward" : "Backward");
}

INSTANTIATE_TEST_SUITE_P(Cells, RecurrentGradients,
                         testing::Combine(testing::ValuesIn(kEveryCell),
                                          testing::Values(Direction::forward, Direction::backward)),
                         case_name);

class LstmGradients : public RecurrentGradients {};  // the others have no cell

TEST_P(LstmGradients, FromTheFinalCellAlone) {
  expect_gradients(store_, all_inputs(), [&](Tape& tape, const Inputs& v) {
    return projected(tape, run(tape, v).final_cell);
  });
}

INSTANTIATE_TEST_SUITE_P(Cells, LstmGradients,
                         testing::Combine(testing::Values(Cell::lstm, Cell::cifg, Cell::mogrifier,
                                                          Cell::layer_norm),
                                          testing::Values(Direction::forward, Direction::backward)),
                         case_name);

class StackedGradients : public testing::TestWithParam<Cell> {};

// Two layers in both directions; every parameter, the input and all eight initial states.
TEST_P(StackedGradients, TwoLayersBothDirections) {
  ParameterStore store;
  const TestLayer layers[] = {{store, "0.forward", GetParam(), kInputs, kHidden},
                              {store, "0.backward", GetParam(), kInputs, kHidden},
                              {store, "1.forward", GetParam(), 2 * kHidden, kHidden},
                              {store, "1.backward", GetParam(), 2 * kHidden, kHidden}};
  const SequenceShape shape{kSteps, kExamples, kLengths.data()};
  std::vector<Matrix> matrices = {random_matrix(kInputs, shape.columns(), 1)};
  for (std::uint64_t i = 0; i < 8; ++i)
    matrices.push_back(random_matrix(kHidden, kExamples, 10 + i));
  std::vector<Matrix*> inputs;
  for (Matrix& matrix : matrices) inputs.push_back(&matrix);

  expect_gradients(store, inputs, [&](Tape& tape, const Inputs& v) {
    Var x = v[0], loss;
    for (std::size_t layer = 0; layer < 2; ++layer) {
      Var outputs[2];
      for (std::size_t direction = 0; direction < 2; ++direction) {
        const std::size_t i = 2 * layer + direction;
        const RecurrentResult result =
            layers[i](tape, x, v[1 + i], v[5 + i], shape,
                      direction == 0 ? Direction::forward : Direction::backward);
        outputs[direction] = result.hidden;
        Var part = projected(tape, result.final_hidden, i);
        if (result.final_cell) part = add(tape, part, projected(tape, result.final_cell, 20 + i));
        loss = loss ? add(tape, loss, part) : part;
      }
      x = stack_rows(tape, outputs[0], outputs[1]);
    }
    return add(tape, loss, projected(tape, x));
  });
}

INSTANTIATE_TEST_SUITE_P(Cells, StackedGradients, testing::ValuesIn(kEveryCell),
                         [](const auto& test) { return name(test.param); });

}  // namespace
}  // namespace weft
