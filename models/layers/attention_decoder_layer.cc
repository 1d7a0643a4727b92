#include "models/layers/attention_decoder_layer.h"

#include <array>

namespace weft {

AttentionDecoderLayer::AttentionDecoderLayer(ParameterStore& store, const std::string& name,
                                             const Options& options, const InitOptions& init)
    : options_(options) {
  const bool is_lstm = options.cell == GatedCell::lstm;
  const Index H = static_cast<Index>(options.hidden), M = static_cast<Index>(options.memory);
  const int blocks = is_lstm ? 4 : 3;
  const Index G = static_cast<Index>(blocks) * H;
  const Initializer bias =
      is_lstm ? Initializer::forget_bias(init.forget_bias) : Initializer::zeros();
  for (int l = 0; l < options.layers; ++l) {
    const std::string prefix = name + "." + std::to_string(l) + ".";
    const Index inputs = l ? H : static_cast<Index>(options.inputs);
    Layer layer{};
    layer.input = &store.add(prefix + "input", G, inputs, init.input_weights(blocks));
    if (l == 0) layer.feed = &store.add(prefix + "feed", G, H, init.input_weights(blocks));
    layer.recurrent = &store.add(prefix + "recurrent", G, H, init.recurrent_weights(blocks));
    layer.bias = &store.add(prefix + "bias", G, 1, bias);
    if (!is_lstm)
      layer.recurrent_bias = &store.add(prefix + "recurrent_bias", G, 1, Initializer::zeros());
    layers_.push_back(layer);
  }
  const Initializer weights = init.input_weights();
  if (options.attention != AttentionKind::dot)
    key_ = &store.add(name + ".attention.key", H, M, weights);
  if (options.attention == AttentionKind::additive) {
    query_ = &store.add(name + ".attention.query", H, H, weights);
    score_ = &store.add(name + ".attention.score", H, 1, weights);
  }
  context_ = &store.add(name + ".context", H, M, weights);
  output_ = &store.add(name + ".output", H, H, weights);
  output_bias_ = &store.add(name + ".output_bias", H, 1, Initializer::zeros());
}

AttentionMemory AttentionDecoderLayer::memory(Tape& tape, Var states) const {
  AttentionMemory memory;
  memory.keys = key_ ? affine(tape, tape.parameter(*key_), states) : states;
  memory.values = affine(tape, tape.parameter(*context_), states);
  return memory;
}

AttentionResult AttentionDecoderLayer::operator()(Tape& tape, Var y, SequenceShape shape,
                                                  const AttentionMemory& memory,
                                                  const State& state) const {
  std::array<DecoderLayer, kMostDecoderLayers> layers;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    layers[l].input = tape.parameter(*layer.input);
    if (layer.feed) layers[l].feed = tape.parameter(*layer.feed);
    layers[l].recurrent = tape.parameter(*layer.recurrent);
    layers[l].bias = tape.parameter(*layer.bias);
    if (layer.recurrent_bias) layers[l].recurrent_bias = tape.parameter(*layer.recurrent_bias);
    if (l < state.hidden.size()) layers[l].hidden = state.hidden[l];
    if (l < state.cell.size()) layers[l].cell = state.cell[l];
  }
  AttentionDecoder decoder;
  decoder.cell = options_.cell;
  decoder.layers = layers.data();
  decoder.layer_count = options_.layers;
  decoder.memory = memory;
  if (query_) decoder.query = tape.parameter(*query_);
  if (score_) decoder.score = tape.parameter(*score_);
  decoder.output = tape.parameter(*output_);
  decoder.bias = tape.parameter(*output_bias_);
  decoder.feed = state.feed;
  decoder.dropout = options_.dropout;
  decoder.sequence_dropout = options_.dropout_kind == DropoutKind::sequence;
  return attention_decoder(tape, y, decoder, shape);
}

}  // namespace weft
