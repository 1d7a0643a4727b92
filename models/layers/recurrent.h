// Stacked recurrent layers, in one direction or both.
#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "models/core/ops.h"
#include "models/core/sequence_ops.h"
#include "models/layers/initialization.h"

namespace weft {

enum class Cell { rnn, gru, lstm, cifg, mogrifier, layer_norm };

/// Whether it keeps a cell beside its hidden state.
inline bool is_lstm(Cell cell) { return cell != Cell::rnn && cell != Cell::gru; }

/// The state between two stretches of the same sequences: a layer and direction each, H × B.
/// Empty matrices stand for zeros.
struct RecurrentState {
  std::vector<Matrix> hidden;
  std::vector<Matrix> cell;  // LSTMs only
};

/// How dropout between layers draws its masks.
enum class DropoutKind { elements, sequence };

class Recurrent {
 public:
  struct Options {
    Cell cell = Cell::lstm;
    int mogrifier_rounds = 5;
    int layers = 1;
    int hidden = 128;
    int last_hidden = 0;  // of the last layer; 0: as the others
    bool bidirectional = false;
    double dropout = 0;  // between layers
    double weight_drop =
        0;  // DropConnect on recurrent weights, one mask a pass (Merity et al. 2018)
    DropoutKind dropout_kind = DropoutKind::elements;
  };

  Recurrent(ParameterStore& store, const std::string& name, int inputs, const Options& options,
            const InitOptions& init);

  /// x: D × (T·B) to outputs() × (T·B), the directions of the last layer on top of each other.
  /// Begins in `state` and leaves the final state there; no gradient flows into or out of it
  /// (truncated back-propagation through time). `last`, if asked for, is the last layer's hidden
  /// state after the last real step of each direction, outputs() × B; gradients flow through it.
  /// `finals`, likewise: what each layer and direction gave.
  Var operator()(Tape& tape, Var x, SequenceShape shape, RecurrentState& state, Var* last = nullptr,
                 std::vector<RecurrentResult>* finals = nullptr) const;
  int outputs() const { return width(options_.layers - 1); }

 private:
  struct Layer {  // one direction of one layer
    const Parameter* input;
    const Parameter* recurrent;
    const Parameter* bias;
    /// GRU: the recurrent bias. Mogrifier: its rounds. Layer normalisation: gains of input,
    /// recurrent product and cell, bias of the cell.
    std::vector<const Parameter*> more;
  };
  Layer make_layer(ParameterStore& store, const std::string& prefix, Index inputs, Index hidden,
                   const InitOptions& init) const;
  int units(int layer) const {
    return layer + 1 == options_.layers && options_.last_hidden > 0 ? options_.last_hidden
                                                                    : options_.hidden;
  }
  int width(int layer) const { return units(layer) * (options_.bidirectional ? 2 : 1); }
  RecurrentResult run(Tape& tape, const Layer& layer, Var x, SequenceShape shape, Var h0, Var c0,
                      Direction direction) const;

  Options options_;
  std::vector<Layer> layers_;
};

/// Dropout of either kind on a D × (T·B) sequence.
Var drop(Tape& tape, Var x, double rate, DropoutKind kind, SequenceShape shape);

}  // namespace weft
