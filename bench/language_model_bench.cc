// One training step of an LSTM language model: forward, loss, backward, clip, update.
//
// GFLOP/s counts the matrix products of a full softmax alone: a token costs 2 · (4H · 2H) a layer
// and 2 · H · V for the output, three times (forward, gradient of the inputs, gradient of the
// weights).

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "models/core/kernels/parallel.h"
#include "models/nets/language_model.h"
#include "train/gradient_norm.h"
#include "train/optimizer.h"

namespace weft {
namespace {

std::shared_ptr<const Tokenizer> numbered_words(int vocabulary) {
  TokenizerOptions options;
  options.kind = TokenizerKind::words;
  return Tokenizer::train(options, [vocabulary](const auto& line) {
    for (int word = kSpecialIds; word < vocabulary; ++word) line("w" + std::to_string(word));
  });
}

TokenBatch random_batch(int steps, int examples, int vocabulary, RandomStream& random) {
  TokenBatch batch;
  batch.steps = steps;
  batch.examples = examples;
  batch.lengths.assign(static_cast<std::size_t>(examples), steps);
  for (int n = 0; n < steps * examples; ++n)
    batch.ids.push_back(static_cast<int>(std::pow(vocabulary, random.uniform())) - 1);
  return batch;
}

/// Arguments: hidden units, vocabulary, sequences, steps, threads, output (0 full, 1 adaptive, 2
/// sampled). Words are as frequent as Zipf's law has them.
void language_model_step(benchmark::State& state) {
  const int hidden = static_cast<int>(state.range(0)),
            vocabulary = static_cast<int>(state.range(1));
  const int examples = static_cast<int>(state.range(2)), steps = static_cast<int>(state.range(3));
  kernels::set_threads(static_cast<int>(state.range(4)));

  LanguageModelOptions options;
  options.hidden = hidden;
  options.dropout = 0.5;
  options.output = static_cast<OutputKind>(state.range(5));
  LanguageModel model(options, numbered_words(vocabulary));
  model.parameters().initialize(1);
  OptimizerOptions sgd;
  sgd.kind = OptimizerKind::sgd;
  const auto optimizer = Optimizer::make(sgd, model.parameters());
  Gradients gradients(model.parameters());
  RandomStream noise(1, "dropout"), words(1, "words");
  Tape tape(gradients, noise);
  RecurrentState carried;
  GradientNorm norm;
  const TokenBatch inputs = random_batch(steps, examples, vocabulary, words);
  const TokenBatch targets = random_batch(steps, examples, vocabulary, words);

  for (auto _ : state) {
    tape.reset();
    tape.backward(model.loss(tape, inputs, targets.ids.data(), carried));
    optimizer->step(gradients, 0.1, std::min(1.0, 5 / norm(gradients)));
  }
  const double tokens = static_cast<double>(state.iterations()) * examples * steps;
  const double flops = 3.0 * 2.0 * hidden * (2.0 * 8.0 * hidden + vocabulary);
  state.counters["tokens/s"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
  state.counters["GFLOP/s"] =
      benchmark::Counter(tokens * flops * 1e-9, benchmark::Counter::kIsRate);
}

BENCHMARK(language_model_step)
    ->ArgNames({"hidden", "vocabulary", "batch", "steps", "threads", "output"})
    ->Args({650, 10000, 20, 35, 2, 0})
    ->Args({650, 10000, 20, 35, 1, 0})
    ->Args({650, 33278, 20, 35, 1, 0})
    ->Args({650, 33278, 20, 35, 1, 1})
    ->Args({650, 33278, 20, 35, 1, 2})
    ->Args({200, 10000, 20, 20, 2, 0})
    ->Args({200, 10000, 20, 20, 1, 0})
    ->Unit(benchmark::kMillisecond)
    ->MinTime(5)
    ->UseRealTime();

}  // namespace
}  // namespace weft
