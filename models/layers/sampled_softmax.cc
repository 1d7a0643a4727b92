#include "models/layers/sampled_softmax.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace weft {
namespace {

/// Words that were drawn, each once, rising; memory of the tape.
struct Sample {
  int* words;
  real* corrections;  // −log(S q / times drawn)
  std::size_t count;
};

Sample draw(Tape& tape, int vocabulary, int samples) {
  const std::size_t S = static_cast<std::size_t>(samples);
  const double log_range = std::log(vocabulary + 1.0);
  Sample sample{tape.scratch_array<int>(S), tape.scratch_array<real>(S), 0};
  for (std::size_t s = 0; s < S; ++s) {
    const double word = std::exp(tape.noise().uniform() * log_range) - 1;
    sample.words[s] = std::clamp(static_cast<int>(word), 0, vocabulary - 1);
  }
  std::sort(sample.words, sample.words + S);
  for (std::size_t s = 0; s < S;) {
    const int word = sample.words[s];
    const std::size_t first = s;
    while (s < S && sample.words[s] == word) ++s;
    const double q = std::log1p(1 / (word + 1.0)) / log_range;
    const double expected = static_cast<double>(samples) * q;
    sample.words[sample.count] = word;
    sample.corrections[sample.count++] =
        static_cast<real>(-std::log(expected / static_cast<double>(s - first)));
  }
  return sample;
}

}  // namespace

SampledSoftmax::SampledSoftmax(ParameterStore& store, const std::string& name, int inputs,
                               int vocabulary, int samples, const Initializer& weights)
    : table_(store.add_table(name + ".table", static_cast<Index>(inputs),
                             static_cast<Index>(vocabulary), weights)),
      bias_(store.add(name + ".bias", 1, static_cast<Index>(vocabulary), Initializer::zeros())),
      samples_(samples) {}

SampledSoftmax::SampledSoftmax(ParameterStore& store, const std::string& name,
                               const Parameter& table, int samples)
    : table_(table),
      bias_(store.add(name + ".bias", 1, table.columns, Initializer::zeros())),
      samples_(samples) {}

Var SampledSoftmax::loss(Tape& tape, Var hidden, const int* targets, SequenceShape) const {
  if (!tape.training()) return softmax_cross_entropy(tape, scores(tape, hidden), targets);
  const Sample sample = draw(tape, static_cast<int>(table_.columns), samples_);
  Var logits = candidate_logits(tape, table_, bias_, hidden, sample.words, sample.corrections,
                                sample.count, targets);
  int* rows = tape.scratch_array<int>(hidden.cols());
  for (Index n = 0; n < hidden.cols(); ++n)
    rows[n] = targets[n] < 0 ? -1 : static_cast<int>(sample.count);
  return softmax_cross_entropy(tape, logits, rows);
}

Var SampledSoftmax::scores(Tape& tape, Var hidden) const {
  if (tape.training()) throw std::logic_error("a sampled softmax trains by loss()");
  const Matrix column(const_cast<real*>(bias_.value.memptr()), table_.columns, 1, false, true);
  return affine_transposed(tape, tape.parameter(table_), hidden, tape.constant(column));
}

}  // namespace weft
