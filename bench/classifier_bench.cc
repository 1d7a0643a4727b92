// A training step of a bidirectional LSTM classifier on texts as long as film reviews, cut at 400.
//
// A token costs 2 · (4H · (E + H)) a direction, three times.

#include <cmath>
#include <vector>

#include "bench/bench_common.h"
#include "models/core/kernels/parallel.h"
#include "models/nets/classifier.h"

namespace weft::bench {
namespace {

constexpr int kHidden = 256, kEmbedding = 300, kVocabulary = 20000;
constexpr int kBatch = 32, kBatches = 100, kMeasured = 5;

/// Lengths of one of 100 batches of 32 texts sorted by length, which are quantiles of a
/// log-logistic distribution: median 215, mean 229 once they are cut at 400. The row measures every
/// 20th batch; peers/pytorch_training.py draws the same.
std::vector<int> review_lengths(int batch) {
  std::vector<int> lengths;
  for (int n = 0; n < kBatch; ++n) {
    const double u = (batch * kBatch + n + 0.5) / (kBatches * kBatch);
    lengths.push_back(static_cast<int>(std::min(400.0, 215 * std::pow(u / (1 - u), 0.3))));
  }
  return lengths;
}

void bidirectional_classifier(benchmark::State& state) {
  kernels::set_threads(static_cast<int>(state.range(0)));
  ClassifierOptions options;
  options.hidden = kHidden;
  options.embedding = kEmbedding;
  options.bidirectional = true;
  options.init.recurrent = InitKind::uniform;
  Classifier model(options, numbered_words(kVocabulary), 0, {"negative", "positive"}, false);
  model.parameters().initialize(1);

  RandomStream words(1, "words");
  std::vector<ClassifierInput> batches(kMeasured);
  std::size_t tokens = 0;
  for (int n = 0; n < kMeasured; ++n) {
    auto& batch = batches[static_cast<std::size_t>(n)].tokens;
    batch =
        random_batch(review_lengths((2 * n + 1) * kBatches / (2 * kMeasured)), kVocabulary, words);
    tokens += batch.tokens();
  }
  std::vector<std::vector<int>> targets;
  for (int n = 0; n < kBatch; ++n) targets.push_back({n % 2});

  TrainingStep step(model.parameters(), 5, 0.1);
  const double flops = 3 * 2 * 2.0 * 4 * kHidden * (kEmbedding + kHidden);
  measure(state, static_cast<double>(tokens), flops, [&] {  // all five: a fair share of each length
    for (const ClassifierInput& batch : batches)
      step([&](Tape& tape) { return model.loss(tape, batch, targets); });
  });
}

BENCHMARK(bidirectional_classifier)->Apply(one_and_two_threads);

}  // namespace
}  // namespace weft::bench
