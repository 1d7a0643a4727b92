// LSTM language models: a training step, and one more token for a person who is typing.
//
// A token costs 2 · (4H · 2H) a layer and 2 · H · V for the output; in training three times that
// (forward, gradient of the inputs, gradient of the weights).

#include "bench/bench_common.h"
#include "models/core/kernels/bf16_product.h"
#include "models/core/kernels/parallel.h"
#include "models/core/kernels/precision.h"
#include "models/nets/language_model.h"

namespace weft::bench {
namespace {

double flops_forward(int hidden, int vocabulary) {
  return 2.0 * hidden * (2.0 * 8.0 * hidden + vocabulary);
}

std::unique_ptr<LanguageModel> two_layers(int hidden, int vocabulary,
                                          OutputKind output = OutputKind::full) {
  LanguageModelOptions options;
  options.output = output;
  options.hidden = hidden;
  options.dropout = 0.5;
  options.init.recurrent = InitKind::uniform;
  auto model = std::make_unique<LanguageModel>(options, numbered_words(vocabulary));
  model->parameters().initialize(1);
  return model;
}

void language_model(benchmark::State& state, int hidden, int vocabulary, int examples, int steps,
                    OutputKind output, kernels::Precision precision = kernels::Precision::f32) {
  if (precision == kernels::Precision::bf16 && !kernels::has_bf16_products())
    return state.SkipWithError("this processor does not multiply bfloat16");
  const kernels::PrecisionScope scope(precision);
  kernels::set_threads(static_cast<int>(state.range(0)));
  const auto model = two_layers(hidden, vocabulary, output);
  TrainingStep step(model->parameters(), 5, 0.1);
  RandomStream words(1, "words");
  const std::vector<int> lengths(static_cast<std::size_t>(examples), steps);
  const TokenBatch inputs = random_batch(lengths, vocabulary, words);
  const TokenBatch targets = random_batch(lengths, vocabulary, words);
  RecurrentState carried;
  measure(state, static_cast<double>(inputs.tokens()), 3 * flops_forward(hidden, vocabulary), [&] {
    step([&](Tape& tape) { return model->loss(tape, inputs, targets.ids.data(), carried); });
  });
}

/// Every weight but the embedding is read once: the limit is memory, so bytes are counted too.
void next_token(benchmark::State& state, int hidden, int vocabulary, bool quantized) {
  kernels::set_threads(static_cast<int>(state.range(0)));
  const auto model = two_layers(hidden, vocabulary);
  if (quantized) model->parameters().quantize();
  LanguageModel::State typed;
  int word = kSpecialIds;
  const double flops = flops_forward(hidden, vocabulary);
  measure(state, 1, flops, [&] {
    benchmark::DoNotOptimize(model->step(typed, {word}).memptr());
    word = kSpecialIds + (word + 1) % (vocabulary - kSpecialIds);
  });
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(flops / 2) *
                          (quantized ? 1 : static_cast<std::int64_t>(sizeof(real))));
}

BENCHMARK_CAPTURE(language_model, lm_200, 200, 10000, 20, 20, OutputKind::full)
    ->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(language_model, lm_650, 650, 10000, 20, 35, OutputKind::full)
    ->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(language_model, lm_650_bf16, 650, 10000, 20, 35, OutputKind::full,
                  kernels::Precision::bf16)
    ->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(language_model, lm_650_wide, 650, 33278, 20, 35, OutputKind::full)
    ->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(language_model, lm_650_wide_adaptive, 650, 33278, 20, 35, OutputKind::adaptive)
    ->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(language_model, lm_650_wide_sampled, 650, 33278, 20, 35, OutputKind::sampled)
    ->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(language_model, lm_200_mixture, 200, 10000, 20, 35, OutputKind::mixture)
    ->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(language_model, lm_200_mixture_bf16, 200, 10000, 20, 35, OutputKind::mixture,
                  kernels::Precision::bf16)
    ->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(next_token, lm_650, 650, 10000, false)->Apply(one_and_two_threads);

BENCHMARK_CAPTURE(next_token, lm_650_8bit, 650, 10000, true)->Apply(one_and_two_threads);

}  // namespace
}  // namespace weft::bench
