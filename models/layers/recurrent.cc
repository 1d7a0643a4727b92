#include "models/layers/recurrent.h"

namespace weft {
namespace {

int gates(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }

// The caller's state is overwritten with the final one while backward still needs the first.
Var state_on_tape(Tape& tape, const Matrix& state) {
  if (state.is_empty()) return {};
  Var copy = tape.output(state.n_rows, state.n_cols, {});
  tape.value(copy) = state;
  return copy;
}

}  // namespace

Recurrent::Recurrent(ParameterStore& store, const std::string& name, int inputs,
                     const Options& options, const InitOptions& init)
    : options_(options) {
  const int blocks = gates(options.cell);
  const Initializer bias = options.cell == Cell::lstm ? Initializer::forget_bias(init.forget_bias)
                                                      : Initializer::zeros();
  for (int layer = 0; layer < options.layers; ++layer) {
    const Index H = static_cast<Index>(units(layer)), rows = static_cast<Index>(blocks) * H;
    const Index D = static_cast<Index>(layer == 0 ? inputs : width(layer - 1));
    for (int direction = 0; direction < (options.bidirectional ? 2 : 1); ++direction) {
      const std::string prefix =
          name + "." + std::to_string(layer) + (direction ? ".backward." : ".");
      Layer parameters{};
      parameters.input = &store.add(prefix + "input", rows, D, init.input_weights(blocks));
      parameters.recurrent =
          &store.add(prefix + "recurrent", rows, H, init.recurrent_weights(blocks));
      parameters.bias = &store.add(prefix + "bias", rows, 1, bias);
      if (options.cell == Cell::gru)
        parameters.recurrent_bias =
            &store.add(prefix + "recurrent_bias", rows, 1, Initializer::zeros());
      layers_.push_back(parameters);
    }
  }
}

RecurrentResult Recurrent::run(Tape& tape, const Layer& layer, Var x, SequenceShape shape, Var h0,
                               Var c0, Direction direction) const {
  const Var W = tape.parameter(*layer.input), b = tape.parameter(*layer.bias);
  const Var U = dropout(tape, tape.parameter(*layer.recurrent), options_.weight_drop);
  switch (options_.cell) {
    case Cell::lstm:
      return lstm(tape, x, W, U, b, h0, c0, shape, direction);
    case Cell::gru:
      return gru(tape, x, W, U, b, tape.parameter(*layer.recurrent_bias), h0, shape, direction);
    case Cell::rnn:
      break;
  }
  return rnn(tape, x, W, U, b, h0, shape, direction);
}

Var Recurrent::operator()(Tape& tape, Var x, SequenceShape shape, RecurrentState& state, Var* last,
                          std::vector<RecurrentResult>* finals) const {
  state.hidden.resize(layers_.size());
  state.cell.resize(layers_.size());
  const std::size_t directions = options_.bidirectional ? 2 : 1;
  for (std::size_t first = 0; first < layers_.size(); first += directions) {
    if (first) x = drop(tape, x, options_.dropout, options_.dropout_kind, shape);
    Var outputs[2], ends[2];
    for (std::size_t d = 0; d < directions; ++d) {
      const std::size_t k = first + d;
      const RecurrentResult result =
          run(tape, layers_[k], x, shape, state_on_tape(tape, state.hidden[k]),
              state_on_tape(tape, state.cell[k]), d ? Direction::backward : Direction::forward);
      state.hidden[k] = result.final_hidden.value();
      if (result.final_cell) state.cell[k] = result.final_cell.value();
      outputs[d] = result.hidden;
      ends[d] = result.final_hidden;
      if (finals) finals->push_back(result);
    }
    if (last && first + directions == layers_.size())
      *last = directions == 2 ? stack_rows(tape, ends[0], ends[1]) : ends[0];
    x = directions == 2 ? stack_rows(tape, outputs[0], outputs[1]) : outputs[0];
  }
  return x;
}

Var drop(Tape& tape, Var x, double rate, DropoutKind kind, SequenceShape shape) {
  return kind == DropoutKind::elements ? dropout(tape, x, rate)
                                       : sequence_dropout(tape, x, rate, shape.examples);
}

}  // namespace weft
