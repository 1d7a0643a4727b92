#include "models/layers/recurrent.h"

#include <array>

namespace weft {
namespace {

int gates(Cell cell) {
  return cell == Cell::rnn ? 1 : cell == Cell::gru || cell == Cell::cifg ? 3 : 4;
}

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
  for (int layer = 0; layer < options.layers; ++layer) {
    const Index inputs_of_layer = static_cast<Index>(layer == 0 ? inputs : width(layer - 1));
    for (int direction = 0; direction < (options.bidirectional ? 2 : 1); ++direction)
      layers_.push_back(
          make_layer(store, name + "." + std::to_string(layer) + (direction ? ".backward." : "."),
                     inputs_of_layer, static_cast<Index>(units(layer)), init));
  }
}

Recurrent::Layer Recurrent::make_layer(ParameterStore& store, const std::string& prefix,
                                       Index inputs, Index H, const InitOptions& init) const {
  const int blocks = gates(options_.cell);
  const Index rows = static_cast<Index>(blocks) * H;
  Layer layer{};
  layer.input = &store.add(prefix + "input", rows, inputs, init.input_weights(blocks));
  layer.recurrent = &store.add(prefix + "recurrent", rows, H, init.recurrent_weights(blocks));
  layer.bias =
      &store.add(prefix + "bias", rows, 1,
                 is_lstm(options_.cell) ? Initializer::forget_bias(init.forget_bias, blocks)
                                        : Initializer::zeros());
  const auto more = [&](const std::string& name, Index height, Index width, Initializer initial) {
    layer.more.push_back(&store.add(prefix + name, height, width, initial));
  };
  switch (options_.cell) {
    case Cell::gru:
      more("recurrent_bias", rows, 1, Initializer::zeros());
      break;
    case Cell::mogrifier:
      for (int r = 0; r < options_.mogrifier_rounds; ++r)
        more("round" + std::to_string(r), r % 2 ? H : inputs, r % 2 ? inputs : H,
             init.input_weights());
      break;
    case Cell::layer_norm:
      more("input_gain", rows, 1, Initializer::constant(1));
      more("recurrent_gain", rows, 1, Initializer::constant(1));
      more("cell_gain", H, 1, Initializer::constant(1));
      more("cell_bias", H, 1, Initializer::zeros());
      break;
    case Cell::rnn:
    case Cell::lstm:
    case Cell::cifg:
      break;
  }
  return layer;
}

RecurrentResult Recurrent::run(Tape& tape, const Layer& layer, Var x, SequenceShape shape, Var h0,
                               Var c0, Direction direction) const {
  const Var W = tape.parameter(*layer.input), b = tape.parameter(*layer.bias);
  const Var U = dropout(tape, tape.parameter(*layer.recurrent), options_.weight_drop);
  std::array<Var, kMostMogrifierRounds> more;
  for (std::size_t k = 0; k < layer.more.size(); ++k) more[k] = tape.parameter(*layer.more[k]);
  switch (options_.cell) {
    case Cell::lstm:
      return lstm(tape, x, W, U, b, h0, c0, shape, direction);
    case Cell::cifg:
      return cifg(tape, x, W, U, b, h0, c0, shape, direction);
    case Cell::mogrifier:
      return mogrifier_lstm(tape, x, W, U, b, more.data(), options_.mogrifier_rounds, h0, c0, shape,
                            direction);
    case Cell::layer_norm:
      return layer_norm_lstm(tape, x, W, U, b, {more[0], more[1], more[2], more[3]}, h0, c0, shape,
                             direction);
    case Cell::gru:
      return gru(tape, x, W, U, b, more[0], h0, shape, direction);
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
