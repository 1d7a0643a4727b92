#include "corpora/example_batches.h"

#include <algorithm>
#include <utility>

namespace weft {

ExampleBatches::ExampleBatches(std::function<Source()> open, const BatchOptions& options,
                               RandomStream random)
    : EpochBatches(
          std::move(open), [](const EncodedExample& example) { return example.ids.size(); },
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
