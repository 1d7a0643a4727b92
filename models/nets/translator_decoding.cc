// Translators one step at a time, for a search.

#include <algorithm>
#include <iterator>

#include "models/core/kernels/parallel.h"
#include "models/nets/translator.h"

namespace weft {

void Translator::State::select(const std::vector<int>& columns, State& selected) const {
  const auto select = [&](const Matrix& from, Matrix& to) {
    to.set_size(from.n_rows, columns.size());
    kernels::parallel_for(columns.size(), kernels::columns_of_a_pass(from.n_rows),
                          [&](std::size_t begin, std::size_t end) {
                            for (std::size_t n = begin; n < end; ++n)
                              std::copy_n(from.colptr(static_cast<Index>(columns[n])), from.n_rows,
                                          to.colptr(n));
                          });
  };
  selected.hidden.resize(hidden.size());
  selected.cell.resize(cell.size());
  for (std::size_t l = 0; l < hidden.size(); ++l) select(hidden[l], selected.hidden[l]);
  for (std::size_t l = 0; l < cell.size(); ++l) select(cell[l], selected.cell[l]);
  select(feed, selected.feed);
}

void Translator::encode(Tape& tape, const TokenBatch& source, Encoded& encoded) const {
  tape.reset();
  const Read read = this->read(tape, source);
  encoded.keys = read.memory.keys.value();
  encoded.values = read.memory.values.value();
  encoded.starts = read.starts;
  const auto copy = [](const auto& from, std::vector<Matrix>& to) {
    to.resize(from.size());
    for (std::size_t l = 0; l < from.size(); ++l) to[l] = from[l].value();
  };
  copy(read.start.hidden, encoded.state.hidden);
  copy(read.start.cell, encoded.state.cell);
  encoded.state.feed.zeros(static_cast<Index>(options_.hidden),
                           static_cast<Index>(source.examples));
}

Translator::Prediction Translator::step(Tape& tape, const Encoded& encoded, State& state,
                                        const std::vector<int>& sentences,
                                        const std::vector<int>& tokens) const {
  tape.reset();
  AttentionMemory memory;
  memory.keys = tape.constant(encoded.keys);
  memory.values = tape.constant(encoded.values);
  memory.starts = encoded.starts.data();
  memory.sentences = encoded.sentences();
  memory.sentence = sentences.data();
  AttentionDecoderLayer::State begin;
  for (const Matrix& hidden : state.hidden) begin.hidden.push_back(tape.constant(hidden));
  for (const Matrix& cell : state.cell) begin.cell.push_back(tape.constant(cell));
  begin.feed = tape.constant(state.feed);
  const Var y = target_embedding()(tape, tokens);
  const SequenceShape shape{1, static_cast<int>(tokens.size()), nullptr};
  const AttentionResult result = decoder_(tape, y, shape, memory, begin);

  Prediction prediction;
  prediction.scores = scores(tape, projected(tape, result.attended));
  prediction.attention = result.weights;
  prediction.offsets = result.offsets;
  for (std::size_t l = 0; l < state.hidden.size(); ++l)
    std::copy_n(result.hidden[l], state.hidden[l].n_elem, state.hidden[l].memptr());
  for (std::size_t l = 0; l < state.cell.size(); ++l)
    std::copy_n(result.cell[l], state.cell[l].n_elem, state.cell[l].memptr());
  state.feed = result.attended.value();
  return prediction;
}

LaidOutWeights Translator::lay_out() const {
  LaidOutWeights laid_out;
  const Parameter* looked_up_only[] = {
      options_.tie == TranslatorTie::all ? nullptr : &source_embedding_.table(),
      options_.tie == TranslatorTie::none ? &target_embedding().table() : nullptr};
  for (const Parameter& parameter : parameters_)
    if (std::find(std::begin(looked_up_only), std::end(looked_up_only), &parameter) ==
            std::end(looked_up_only) &&
        parameter.columns > 1)
      laid_out.add(parameter);
  return laid_out;
}

}  // namespace weft
