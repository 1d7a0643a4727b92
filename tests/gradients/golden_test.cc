// Values and gradients against PyTorch's (tests/golden/make_goldens.py).

#include <functional>

#include "golden_testing.h"

namespace weft {
namespace {

using nlohmann::json;

// A training tape with gradients for a store.
struct Pass {
  explicit Pass(const ParameterStore& store) : gradients(store) {}
  Gradients gradients;
  RandomStream noise{1, "noise"};
  Tape tape{gradients, noise};
};

TEST(GoldenFunctions, Activations) {
  const json golden = read_golden("functions.json").at("activations");
  const Matrix x = golden_matrix(golden.at("x")), dy = golden_matrix(golden.at("dy"));
  const std::pair<const char*, Activation> cases[] = {
      {"sigmoid", Activation::sigmoid},   {"tanh", Activation::tanh},
      {"relu", Activation::relu},         {"leaky_relu", Activation::leaky_relu},
      {"softplus", Activation::softplus}, {"gelu", Activation::gelu}};
  const ParameterStore none;
  for (const auto& [name, activation] : cases) {
    Pass pass(none);
    Var in = pass.tape.variable(x);
    Var y = activate(pass.tape, in, activation);
    pass.tape.backward(weighted_sum(pass.tape, y, dy));
    expect_golden(y.value(), golden.at("cases").at(name).at("y"), name);
    expect_golden(*in.gradient(), golden.at("cases").at(name).at("dx"), name);
  }
}

TEST(GoldenFunctions, Softmax) {
  const json golden = read_golden("functions.json").at("softmax");
  const Matrix x = golden_matrix(golden.at("x"));
  const ParameterStore none;
  Pass pass(none);
  Var in = pass.tape.variable(x);
  Var y = softmax(pass.tape, in);
  pass.tape.backward(weighted_sum(pass.tape, y, golden_matrix(golden.at("dy"))));
  expect_golden(y.value(), golden.at("y"), "softmax");
  expect_golden(*in.gradient(), golden.at("dx"), "its gradient");
}

TEST(GoldenFunctions, Losses) {
  const json golden = read_golden("functions.json").at("losses");
  const Matrix z = golden_matrix(golden.at("logits")), binary = golden_matrix(golden.at("binary"));
  const std::vector<int> targets = golden.at("targets");
  const ParameterStore none;
  const auto expect_loss = [&](const json& expected, const std::string& what, auto make) {
    Pass pass(none);
    Var logits = pass.tape.variable(z);
    Var loss = make(pass.tape, logits);
    pass.tape.backward(loss);
    EXPECT_NEAR(loss.value()(0, 0), expected.at("loss").get<double>(), kGoldenTolerance) << what;
    expect_golden(*logits.gradient(), expected.at("d_logits"), what);
  };
  for (const json& expected : golden.at("cross_entropy"))
    expect_loss(expected, "cross-entropy", [&](Tape& tape, Var logits) {
      return softmax_cross_entropy(tape, logits, targets.data(), expected.at("smoothing"));
    });
  expect_loss(golden.at("binary_cross_entropy"), "binary cross-entropy",
              [&](Tape& t, Var logits) { return sigmoid_cross_entropy(t, logits, binary); });
  expect_loss(golden.at("squared_error"), "squared error",
              [&](Tape& t, Var logits) { return squared_error(t, logits, binary); });
}

// The results of the cell called `kind` for one direction of one layer.
RecurrentResult run_cell(Tape& tape, const std::string& kind, ParameterStore& store,
                         const std::string& prefix, Var x, Var h0, Var c0, SequenceShape shape,
                         Direction direction) {
  const auto parameter = [&](const char* name) {
    return tape.parameter(*store.find(prefix + name));
  };
  Var W = parameter("W"), U = parameter("U"), b = parameter("b");
  if (kind == "rnn") return rnn(tape, x, W, U, b, h0, shape, direction);
  if (kind == "gru") return gru(tape, x, W, U, b, parameter("d"), h0, shape, direction);
  return lstm(tape, x, W, U, b, h0, c0, shape, direction);
}

class GoldenRecurrent : public testing::TestWithParam<const char*> {};

// Two layers, both directions, packed ragged sequences, initial states.
TEST_P(GoldenRecurrent, ValuesAndGradients) {
  const json file = read_golden("recurrent.json");
  const json& golden = file.at(GetParam());
  const std::vector<int> lengths = file.at("lengths");
  const SequenceShape shape{5, static_cast<int>(lengths.size()), lengths.data()};
  const bool has_cell = golden.at("layers")[0].contains("c0");

  ParameterStore store;
  std::vector<Matrix> h0, c0;
  for (std::size_t k = 0; k < 4; ++k) {
    const json& layer = golden.at("layers")[k];
    for (const char* name : {"W", "U", "b", "d"})
      if (layer.contains(name)) golden_parameter(store, std::to_string(k) + name, layer.at(name));
    h0.push_back(golden_matrix(layer.at("h0")));
    if (has_cell) c0.push_back(golden_matrix(layer.at("c0")));
  }

  Pass pass(store);
  Tape& tape = pass.tape;
  const Matrix input = golden_matrix(golden.at("x"));
  Var in = tape.variable(input), x = in, loss;
  std::vector<Var> starts, start_cells;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    Var outputs[2];
    for (std::size_t direction = 0; direction < 2; ++direction) {
      const std::size_t k = 2 * layer + direction;
      const json& expected = golden.at("layers")[k];
      starts.push_back(tape.variable(h0[k]));
      start_cells.push_back(has_cell ? tape.variable(c0[k]) : Var());
      const RecurrentResult result =
          run_cell(tape, GetParam(), store, std::to_string(k), x, starts[k], start_cells[k], shape,
                   direction == 0 ? Direction::forward : Direction::backward);
      expect_golden(result.final_hidden.value(), expected.at("h"), "final hidden state");
      Var part = weighted_sum(tape, result.final_hidden, golden_matrix(expected.at("weight_h")));
      if (has_cell) {
        expect_golden(result.final_cell.value(), expected.at("c"), "final cell");
        part = add(tape, part,
                   weighted_sum(tape, result.final_cell, golden_matrix(expected.at("weight_c"))));
      }
      loss = loss ? add(tape, loss, part) : part;
      outputs[direction] = result.hidden;
    }
    x = stack_rows(tape, outputs[0], outputs[1]);
  }
  loss = add(tape, loss, weighted_sum(tape, x, golden_matrix(golden.at("weight_y"))));
  tape.backward(loss);

  const Matrix y = golden_matrix(golden.at("y"));
  for (int t = 0; t < shape.steps; ++t)
    for (int b = 0; b < shape.examples; ++b) {
      const Index n = static_cast<Index>(t * shape.examples + b);
      if (t < shape.length(b)) expect_near(x.value().col(n), y.col(n), kGoldenTolerance, "y");
    }
  EXPECT_NEAR(loss.value()(0, 0), golden.at("loss").get<double>(), 1e-11);
  expect_golden(*in.gradient(), golden.at("dx"), "dx");
  for (std::size_t k = 0; k < 4; ++k) {
    const json& expected = golden.at("layers")[k];
    expect_golden(*starts[k].gradient(), expected.at("dh0"), "dh0");
    if (has_cell) expect_golden(*start_cells[k].gradient(), expected.at("dc0"), "dc0");
    for (const char* name : {"W", "U", "b", "d"})
      if (expected.contains(name))
        expect_golden(pass.gradients[store.find(std::to_string(k) + name)->index].value,
                      expected.at(std::string("d") + name), name);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, GoldenRecurrent, testing::Values("rnn", "gru", "lstm"));

class GoldenCell : public testing::TestWithParam<const char*> {};

RecurrentResult run_lstm(Tape& tape, const std::string& kind, ParameterStore& store, Var x, Var h0,
                         Var c0, SequenceShape shape, Direction direction) {
  const auto parameter = [&](const std::string& name) { return tape.parameter(*store.find(name)); };
  const Var W = parameter("W"), U = parameter("U"), b = parameter("b");
  if (kind == "cifg") return cifg(tape, x, W, U, b, h0, c0, shape, direction);
  if (kind == "layer_norm") {
    const LayerNormGains gains{parameter("input_gain"), parameter("recurrent_gain"),
                               parameter("cell_gain"), parameter("cell_bias")};
    return layer_norm_lstm(tape, x, W, U, b, gains, h0, c0, shape, direction);
  }
  std::vector<Var> rounds;
  while (store.find("round" + std::to_string(rounds.size())))
    rounds.push_back(parameter("round" + std::to_string(rounds.size())));
  return mogrifier_lstm(tape, x, W, U, b, rounds.data(), static_cast<int>(rounds.size()), h0, c0,
                        shape, direction);
}

TEST_P(GoldenCell, ValuesAndGradients) {
  const json file = read_golden("cells.json");
  const std::vector<int> lengths = file.at("lengths");
  const SequenceShape shape{5, static_cast<int>(lengths.size()), lengths.data()};
  for (const json& golden : file.at("cells").at(GetParam())) {
    ParameterStore store;
    for (const auto& [name, value] : golden.at("parameters").items())
      golden_parameter(store, name, value);
    Pass pass(store);
    Tape& tape = pass.tape;
    const Matrix input = golden_matrix(golden.at("x")), hidden = golden_matrix(golden.at("h0")),
                 cell = golden_matrix(golden.at("c0"));
    const Var x = tape.variable(input), h0 = tape.variable(hidden), c0 = tape.variable(cell);
    const RecurrentResult result =
        run_lstm(tape, GetParam(), store, x, h0, c0, shape,
                 golden.at("backward") ? Direction::backward : Direction::forward);
    Var loss = weighted_sum(tape, result.hidden, golden_matrix(golden.at("weight_y")));
    loss = add(tape, loss,
               weighted_sum(tape, result.final_hidden, golden_matrix(golden.at("weight_h"))));
    loss = add(tape, loss,
               weighted_sum(tape, result.final_cell, golden_matrix(golden.at("weight_c"))));
    tape.backward(loss);
    expect_golden(result.hidden.value(), golden.at("y"), "hidden states");
    expect_golden(result.final_cell.value(), golden.at("c"), "final cell");
    EXPECT_NEAR(loss.value()(0, 0), golden.at("loss").get<double>(), 1e-11);
    expect_golden(*x.gradient(), golden.at("dx"), "dx");
    expect_golden(*h0.gradient(), golden.at("dh0"), "dh0");
    expect_golden(*c0.gradient(), golden.at("dc0"), "dc0");
    for (const auto& [name, gradient] : golden.at("gradients").items())
      expect_golden(pass.gradients[store.find(name)->index].value, gradient, name);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, GoldenCell,
                         testing::Values("cifg", "mogrifier1", "mogrifier4", "mogrifier5",
                                         "layer_norm"));

using PoolingFunction = std::function<Var(Tape&, Var, SequenceShape)>;

TEST(GoldenPooling, Classifier) {
  const json golden = read_golden("pooling.json");
  const std::vector<int> ids = golden.at("ids"), lengths = golden.at("lengths"),
                         targets = golden.at("targets");
  const SequenceShape shape{5, static_cast<int>(lengths.size()), lengths.data()};
  ParameterStore store;
  for (const char* name : {"table", "W", "U", "b", "score", "output", "output_bias"})
    golden_parameter(store, name, golden.at(name));

  const auto attention = [&](Tape& tape, Var x, SequenceShape lengths_of_x) {
    Var scores = affine(tape, tape.parameter(*store.find("score")), x);
    return attention_over_time(tape, x, scores, lengths_of_x);
  };
  const std::pair<const char*, PoolingFunction> cases[] = {{"last", last_over_time},
                                                           {"mean", mean_over_time},
                                                           {"max", max_over_time},
                                                           {"attention", attention}};
  for (const auto& [name, pool] : cases) {
    const json& expected = golden.at("cases").at(name);
    Pass pass(store);
    Tape& tape = pass.tape;
    const auto parameter = [&](const char* of) { return tape.parameter(*store.find(of)); };
    Var x = lookup(tape, *store.find("table"), ids.data(), ids.size());
    Var hidden =
        lstm(tape, x, parameter("W"), parameter("U"), parameter("b"), {}, {}, shape).hidden;
    Var logits =
        affine(tape, parameter("output"), pool(tape, hidden, shape), parameter("output_bias"));
    Var loss = softmax_cross_entropy(tape, logits, targets.data(), 0.1);
    tape.backward(loss);
    expect_golden(logits.value(), expected.at("logits"), name);
    EXPECT_NEAR(loss.value()(0, 0), expected.at("loss").get<double>(), kGoldenTolerance) << name;
    for (const auto& [of, gradient] : expected.at("gradients").items())
      expect_golden(whole_gradient(pass.gradients[store.find(of)->index]), gradient,
                    std::string(name) + ": " + of);
  }
}

}  // namespace
}  // namespace weft
