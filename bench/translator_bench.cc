// English to French as the Multi30k captions have it: a training step, and beam search.
//
// A source token costs 2 · 4H · (E + H) a direction of the encoder, and 2 · 2 · H · 2H for keys and
// values; a target token 2 · 4H · (E + 2H) in the decoder, 2 · H · H and 2 · H · E behind it and
// 2 · E · V for the output; in training three times that.

#include <cmath>

#include "bench/bench_common.h"
#include "models/core/kernels/parallel.h"
#include "models/nets/translation_search.h"

namespace weft::bench {
namespace {

constexpr int kHidden = 512, kEmbedding = 256, kVocabulary = 8000, kBatch = 64;
constexpr int kSearched = 15, kSteps = 16;  // words of a sentence that is translated, tokens made
constexpr double kSourceFlops =
    2.0 * 2 * 4 * kHidden * (kEmbedding + kHidden) + 2.0 * 2 * kHidden * 2 * kHidden;
constexpr double kTargetFlops = 2.0 * 4 * kHidden * (kEmbedding + 2 * kHidden) +
                                2.0 * kHidden * (kHidden + kEmbedding) +
                                2.0 * kEmbedding * kVocabulary;

std::unique_ptr<Translator> english_french() {
  TranslatorOptions options;
  options.hidden = kHidden;
  options.embedding = kEmbedding;
  options.tie = TranslatorTie::all;
  options.init.recurrent = InitKind::uniform;
  auto model = std::make_unique<Translator>(options, numbered_words(kVocabulary));
  model->parameters().initialize(1);
  return model;
}

/// 12 to 20 tokens; peers/pytorch_translator.py draws the same.
std::vector<int> source_lengths() {
  std::vector<int> lengths;
  for (int n = 0; n < kBatch; ++n) lengths.push_back(12 + n * 5 % 9);
  return lengths;
}
std::vector<int> target_lengths() {
  std::vector<int> lengths;
  for (int n = 0; n < kBatch; ++n) lengths.push_back(20 - n * 9 / kBatch);
  return lengths;
}

void translator_training(benchmark::State& state) {
  kernels::set_threads(static_cast<int>(state.range(0)));
  const auto model = english_french();
  RandomStream words(1, "words");
  const TokenBatch source = random_batch(source_lengths(), kVocabulary, words);
  const TokenBatch inputs = random_batch(target_lengths(), kVocabulary, words);
  TokenBatch targets = random_batch(target_lengths(), kVocabulary, words);
  for (std::size_t n = 0; n < targets.ids.size(); ++n) {
    const std::size_t t = n / kBatch;
    if (static_cast<int>(t) >= targets.lengths[n % kBatch]) targets.ids[n] = -1;
  }
  TrainingStep step(model->parameters(), 5, 0.1);
  const double read = static_cast<double>(source.tokens()),
               written = static_cast<double>(inputs.tokens());
  const double flops = 3 * (read * kSourceFlops + written * kTargetFlops) / (read + written);
  measure(state, read + written, flops, [&] {
    step([&](Tape& tape) { return model->loss(tape, source, inputs, targets.ids.data(), 0.1); });
  });
}

/// Five hypotheses of each sentence, none of which ends before kSteps tokens.
void translator_search(benchmark::State& state, int sentences, bool quantized) {
  kernels::set_threads(static_cast<int>(state.range(0)));
  const auto model = english_french();
  model->parameters().find("output.bias")->value(kEos, 0) = -1000;
  if (quantized) model->parameters().quantize();
  RandomStream words(1, "words");
  std::vector<std::vector<int>> sources(static_cast<std::size_t>(sentences));
  for (std::vector<int>& source : sources) {
    for (int n = 0; n < kSearched; ++n)
      source.push_back(kSpecialIds + static_cast<int>(words.below(kVocabulary - kSpecialIds)));
    source.push_back(kEos);
  }
  TranslationOptions options;
  options.max_length_factor = (kSteps - 10.0) / kSearched;
  const TranslationSearch search(*model);
  const double flops =
      kSourceFlops * (kSearched + 1) / kSteps + 5 * kTargetFlops;  // of a token of the best
  measure(state, static_cast<double>(sentences) * kSteps, flops,
          [&] { benchmark::DoNotOptimize(search.search(sources, options).data()); });
}

BENCHMARK(translator_training)->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(translator_search, beam_5, 64, false)->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(translator_search, beam_5_8bit, 64, true)->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(translator_search, beam_5_single, 1, false)->Apply(one_and_two_threads);
BENCHMARK_CAPTURE(translator_search, beam_5_single_8bit, 1, true)->Apply(one_and_two_threads);

}  // namespace
}  // namespace weft::bench
