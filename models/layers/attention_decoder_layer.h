// A stacked recurrent decoder that attends to an encoder's states.
#pragma once

#include <string>
#include <vector>

#include "models/core/attention_ops.h"
#include "models/layers/dense.h"
#include "models/layers/recurrent.h"

namespace weft {

/// How well a source position fits the decoder's state: its dot product with the encoder's state,
/// the same through a matrix (both Luong et al. 2015), or a layer of its own (Bahdanau et al.
/// 2015).
enum class AttentionKind { dot, general, additive };

class AttentionDecoderLayer {
 public:
  struct Options {
    GatedCell cell = GatedCell::lstm;
    int layers = 1;
    int inputs = 256;  // of y
    int hidden = 512;
    int memory = 1024;  // rows of the encoder's states; as `hidden` for dot attention
    AttentionKind attention = AttentionKind::general;
    double dropout = 0;  // between layers
    DropoutKind dropout_kind = DropoutKind::elements;
  };

  AttentionDecoderLayer(ParameterStore& store, const std::string& name, const Options& options,
                        const InitOptions& init);

  /// Keys and values of an encoder's packed states: memory × P.
  AttentionMemory memory(Tape& tape, Var states) const;

  /// Where decoding begins, a layer H × B each; empty Vars stand for zeros.
  struct State {
    std::vector<Var> hidden, cell;
    Var feed;
  };
  /// y: inputs × (T·B) to h̃: H × (T·B), see attention_decoder().
  AttentionResult operator()(Tape& tape, Var y, SequenceShape shape, const AttentionMemory& memory,
                             const State& state) const;

 private:
  struct Layer {
    const Parameter* input;
    const Parameter* feed;  // lowest layer
    const Parameter* recurrent;
    const Parameter* bias;
    const Parameter* recurrent_bias;  // GRU
  };
  Options options_;
  std::vector<Layer> layers_;
  const Parameter* key_ = nullptr;    // general, additive: W_a
  const Parameter* query_ = nullptr;  // additive
  const Parameter* score_ = nullptr;  // additive
  const Parameter* context_;          // W_m, H × memory
  const Parameter* output_;           // W_h, H × H
  const Parameter* output_bias_;
};

}  // namespace weft
