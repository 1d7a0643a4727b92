// One recurrent operation of any kind with its parameters.
#pragma once

#include <string>
#include <vector>

#include "gradient_testing.h"
#include "models/layers/recurrent.h"

namespace weft {

inline constexpr Cell kEveryCell[] = {Cell::rnn,  Cell::gru,       Cell::lstm,
                                      Cell::cifg, Cell::mogrifier, Cell::layer_norm};

inline std::string name(Cell cell) {
  const char* const names[] = {"Rnn", "Gru", "Lstm", "Cifg", "Mogrifier", "LayerNorm"};
  return names[static_cast<std::size_t>(cell)];
}

struct TestLayer {
  static constexpr int kRounds = 3;

  TestLayer(ParameterStore& store, const std::string& name, Cell kind, Index inputs, Index hidden)
      : cell(kind),
        W(add_parameter(store, name + ".input", gates() * hidden, inputs)),
        U(add_parameter(store, name + ".recurrent", gates() * hidden, hidden)),
        b(add_parameter(store, name + ".bias", gates() * hidden, 1)) {
    const auto add = [&](Index rows, Index columns) {
      const std::string number = std::to_string(more.size());
      more.push_back(&add_parameter(store, name + ".more" + number, rows, columns));
    };
    if (cell == Cell::gru) add(3 * hidden, 1);
    if (cell == Cell::mogrifier)
      for (int r = 0; r < kRounds; ++r) r % 2 ? add(hidden, inputs) : add(inputs, hidden);
    if (cell == Cell::layer_norm)
      for (const Index rows : {4 * hidden, 4 * hidden, hidden, hidden}) add(rows, 1);
  }

  Index gates() const {
    return cell == Cell::rnn ? 1 : cell == Cell::gru || cell == Cell::cifg ? 3 : 4;
  }

  /// c0 is ignored by cells without one.
  RecurrentResult operator()(Tape& tape, Var x, Var h0, Var c0, SequenceShape shape,
                             Direction direction) const {
    const Var w = tape.parameter(W), u = tape.parameter(U), bias = tape.parameter(b);
    std::vector<Var> v;
    for (const Parameter* parameter : more) v.push_back(tape.parameter(*parameter));
    switch (cell) {
      case Cell::rnn:
        return rnn(tape, x, w, u, bias, h0, shape, direction);
      case Cell::gru:
        return gru(tape, x, w, u, bias, v[0], h0, shape, direction);
      case Cell::cifg:
        return cifg(tape, x, w, u, bias, h0, c0, shape, direction);
      case Cell::mogrifier:
        return mogrifier_lstm(tape, x, w, u, bias, v.data(), kRounds, h0, c0, shape, direction);
      case Cell::layer_norm:
        return layer_norm_lstm(tape, x, w, u, bias, {v[0], v[1], v[2], v[3]}, h0, c0, shape,
                               direction);
      default:
        return lstm(tape, x, w, u, bias, h0, c0, shape, direction);
    }
  }

  Cell cell;
  Parameter& W;
  Parameter& U;
  Parameter& b;
  std::vector<const Parameter*> more;
};

}  // namespace weft
