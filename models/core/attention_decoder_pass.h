// What attention_decoder() keeps from forwards to backwards, and the weights laid out for its
// steps. Private to it.
#pragma once

#include <array>
#include <optional>

#include "models/core/attention_step.h"
#include "models/core/decoder_cells.h"

namespace weft {

/// Everything backward needs; plain values, so that the tape may keep it.
struct DecoderPass {
  Var y, query, output, bias, feed, attended;
  DecoderCell* cells;
  int layers;
  Attention attention;
  StepOrder order;
  Index H, B;
  real* queries;           // A × (T·B), additive only
  real* d_sums;            // backward: H × (T·B), of what tanh is taken of
  const real* start_feed;  // H × B
  std::uint64_t key;       // of dropout between layers
  real dropout;
  bool sequence_dropout;

  /// Memory for the pass, and the products that are one for all steps.
  static DecoderPass make(Tape& tape, Var y, const AttentionDecoder& decoder, SequenceShape shape);

  const DecoderCell& top() const { return cells[layers - 1]; }
  Index steps() const { return static_cast<Index>(order.steps()); }
  const real* fed(Index t) const { return t ? attended.value().colptr((t - 1) * B) : start_feed; }
  /// The query of the attention: W_q h_t, or the state itself.
  const real* query_of(Index n) const {
    return queries ? queries + n * attention.A : top().hidden + n * H;
  }
  bool is_real(Index t, Index b) const { return order.real_step(static_cast<int>(t), b); }
  /// The columns up to the last that is not padding.
  Index active(Index t) const {
    Index columns = B;
    while (columns > 0 && !is_real(t, columns - 1)) --columns;
    return columns;
  }
  /// Dropout of what layer `layer` reads in column n.
  void mask(const kernels::Elementwise& kernel, int layer, Index n, const real* x, real beta,
            real* y) const;
};

/// The products of all steps with one layer's weights, and those of the attention.
struct DecoderProducts {
  struct Layer {
    std::optional<StepProduct> input, recurrent;  // `input`: from h̃ for the lowest layer
  };
  std::array<Layer, kMostDecoderLayers> layers;
  std::optional<StepProduct> output, query;

  DecoderProducts(Tape& tape, const DecoderPass& pass, kernels::Transpose transpose);
  const Layer& operator[](int l) const { return layers[static_cast<std::size_t>(l)]; }
};

}  // namespace weft
