// Batches for classifiers.
#pragma once

#include <functional>
#include <vector>

#include "corpora/batch.h"
#include "corpora/epoch_batches.h"

namespace weft {

struct EncodedExample {
  std::vector<int> ids;       // of a text
  std::vector<int> labels;    // one, several, or none
  std::vector<float> values;  // of a row of numbers, or an image
};

/// The examples of a batch, by falling length of their ids.
struct ClassifierBatch {
  TokenBatch tokens;
  std::vector<std::vector<int>> labels;
  std::vector<std::vector<float>> values;
};

/// EpochBatches of a classifier's examples.
class ExampleBatches : public EpochBatches<EncodedExample, ClassifierBatch> {
 public:
  ExampleBatches(std::function<Source()> open, const BatchOptions& options, RandomStream random);
};

/// Batches in the order given, sorted within: what ExampleBatches delivers, from examples at hand.
ClassifierBatch make_classifier_batch(std::vector<EncodedExample> examples);

}  // namespace weft
