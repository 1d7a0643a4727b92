#include "models/core/attention_decoder_pass.h"

#include "models/core/kernels/elementwise.h"

namespace weft {

using kernels::Transpose;

namespace {

Attention make_attention(Tape& tape, const AttentionDecoder& decoder, SequenceShape shape) {
  const AttentionMemory& memory = decoder.memory;
  Attention attention{};
  attention.keys = memory.keys, attention.values = memory.values, attention.score = decoder.score;
  attention.A = memory.keys.rows(), attention.H = memory.values.rows();
  attention.B = static_cast<Index>(shape.examples);
  attention.starts = tape.keep(memory.starts, static_cast<std::size_t>(memory.sentences) + 1);
  attention.sentence = tape.keep(memory.sentence, attention.B);
  std::size_t* offsets = tape.scratch_array<std::size_t>(attention.B + 1);
  offsets[0] = 0;
  for (Index b = 0; b < attention.B; ++b)
    offsets[b + 1] = offsets[b] + attention.positions(b) * static_cast<Index>(shape.steps);
  attention.offsets = offsets;
  attention.weights = tape.scratch_array<real>(offsets[attention.B]);
  if (attention.additive())
    attention.energies = tape.scratch_array<real>(attention.A * attention.B);
  return attention;
}

}  // namespace

DecoderPass DecoderPass::make(Tape& tape, Var y, const AttentionDecoder& decoder,
                              SequenceShape shape) {
  DecoderPass pass{};
  pass.y = y, pass.query = decoder.query, pass.output = decoder.output, pass.bias = decoder.bias;
  pass.feed = decoder.feed;
  pass.order = StepOrder(tape, shape, Direction::forward);
  pass.H = decoder.output.rows(), pass.B = static_cast<Index>(shape.examples);
  pass.attention = make_attention(tape, decoder, shape);
  pass.start_feed = start_state(tape, decoder.feed, pass.H, pass.B);
  pass.layers = decoder.layer_count;
  pass.dropout = tape.training() ? static_cast<real>(decoder.dropout) : 0;
  pass.sequence_dropout = decoder.sequence_dropout;
  if (pass.layers > 1 && pass.dropout > 0) pass.key = tape.noise().next();
  pass.cells = tape.scratch_array<DecoderCell>(static_cast<std::size_t>(pass.layers));
  for (int l = 0; l < pass.layers; ++l) {
    DecoderCell& cell = *new (pass.cells + l) DecoderCell(
        DecoderCell::make(tape, decoder.cell, decoder.layers[l], l ? Var() : y, shape));
    if (l == 0) continue;
    cell.inputs = pass.dropout > 0 ? tape.scratch_array<real>(pass.H * shape.columns())
                                   : pass.cells[l - 1].hidden;
  }
  if (decoder.query) pass.queries = tape.scratch_array<real>(pass.attention.A * shape.columns());
  return pass;
}

void DecoderPass::mask(const kernels::Elementwise& kernel, int layer, Index n, const real* x,
                       real beta, real* masked) const {
  const Index column = sequence_dropout ? n % B : n;
  const std::uint64_t first =
      (static_cast<std::uint64_t>(layer) << 40) + static_cast<std::uint64_t>(column * H);
  kernel.dropout(H, key, first, dropout, x, beta, masked);
}

DecoderProducts::DecoderProducts(Tape& tape, const DecoderPass& pass, Transpose transpose) {
  const auto make = [&](std::optional<StepProduct>& product, Var W) {
    if (W) product.emplace(tape, W, transpose, pass.order.steps(), pass.B, StepMemory::arena);
  };
  for (int l = 0; l < pass.layers; ++l) {
    Layer& layer = layers[static_cast<std::size_t>(l)];
    make(layer.input, l ? pass.cells[l].vars.input : pass.cells[l].vars.feed);
    make(layer.recurrent, pass.cells[l].vars.recurrent);
  }
  make(output, pass.output);
  make(query, pass.query);
}

}  // namespace weft
