#include "corpora/example_batches.h"

#include <algorithm>
#include <utility>

#include "corpora/kept_source.h"

namespace weft {
namespace {

/// Of a corpus that is worth keeping between epochs.
constexpr std::size_t kKeptBytes = std::size_t{1} << 26;

std::size_t bytes_of(const EncodedExample& example) {
  return sizeof(example) + example.ids.size() * sizeof(int) + example.labels.size() * sizeof(int) +
         example.values.size() * sizeof(example.values[0]);
}

}  // namespace

ExampleBatches::ExampleBatches(std::function<Source()> open, const BatchOptions& options,
                               RandomStream random)
    : EpochBatches([corpus = std::make_shared<KeptSource<EncodedExample>>(
                        std::move(open), bytes_of, kKeptBytes)] { return corpus->pass(); },
                   [](const EncodedExample& example) { return example.ids.size(); },
                   make_classifier_batch, options, std::move(random)) {}

ClassifierBatch make_classifier_batch(std::vector<EncodedExample> examples) {
  std::stable_sort(
      examples.begin(), examples.end(),
      [](const EncodedExample& a, const EncodedExample& b) { return a.ids.size() > b.ids.size(); });
  ClassifierBatch batch;
  std::vector<const std::vector<int>*> sequences;
  for (EncodedExample& example : examples) {
    sequences.push_back(&example.ids);
    batch.labels.push_back(std::move(example.labels));
    batch.values.push_back(std::move(example.values));
  }
  batch.tokens = make_token_batch(sequences);
  return batch;
}

}  // namespace weft
