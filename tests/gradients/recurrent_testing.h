// One recurrent operation of any kind with its parameters.
#pragma once

#include <string>

#include "gradient_testing.h"

namespace weft {

enum class TestCell { rnn, gru, lstm };
inline constexpr TestCell kTestCells[] = {TestCell::rnn, TestCell::gru, TestCell::lstm};

inline std::string name(TestCell cell) {
  return cell == TestCell::rnn ? "Rnn" : cell == TestCell::gru ? "Gru" : "Lstm";
}

struct TestLayer {
  TestLayer(ParameterStore& store, const std::string& name, TestCell kind, Index inputs,
            Index hidden)
      : cell(kind),
        W(add_parameter(store, name + ".input", gates() * hidden, inputs)),
        U(add_parameter(store, name + ".recurrent", gates() * hidden, hidden)),
        b(add_parameter(store, name + ".bias", gates() * hidden, 1)) {
    if (cell == TestCell::gru) d = &add_parameter(store, name + ".recurrent_bias", 3 * hidden, 1);
  }

  Index gates() const { return cell == TestCell::rnn ? 1 : cell == TestCell::gru ? 3 : 4; }

  /// c0 is ignored by cells without one.
  RecurrentResult operator()(Tape& tape, Var x, Var h0, Var c0, SequenceShape shape,
                             Direction direction) const {
    Var w = tape.parameter(W), u = tape.parameter(U), bias = tape.parameter(b);
    switch (cell) {
      case TestCell::rnn:
        return rnn(tape, x, w, u, bias, h0, shape, direction);
      case TestCell::gru:
        return gru(tape, x, w, u, bias, tape.parameter(*d), h0, shape, direction);
      default:
        return lstm(tape, x, w, u, bias, h0, c0, shape, direction);
    }
  }

  TestCell cell;
  Parameter& W;
  Parameter& U;
  Parameter& b;
  Parameter* d = nullptr;
};

}  // namespace weft
