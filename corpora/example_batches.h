// Batches for classifiers, epoch after epoch, made ready on a thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/random.h"
#include "corpora/batch.h"
#include "corpora/shuffled_batches.h"

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

/// Where a training stands in its examples.
struct BatchPosition {
  RandomStream::State random{};  // as it was when the epoch began
  std::uint64_t epoch = 0;       // from 0
  std::uint64_t batches = 0;     // delivered in this epoch
  bool operator==(const BatchPosition&) const = default;
};

/// Streams the examples through ShuffledBatches, each epoch in another order. Memory: the shuffle
/// buffer, and a few batches ahead. Not shareable between threads.
class ExampleBatches {
 public:
  using Source = std::function<bool(EncodedExample&)>;  // false at the end
  /// `open` begins a pass over the examples; it and the source it returns are called on another
  /// thread. What they throw comes out of next(). Throws UserError if the options set no limit.
  ExampleBatches(std::function<Source()> open, const BatchOptions& options, RandomStream random);
  ~ExampleBatches();

  /// False at the end of an epoch; the call after that begins the next one.
  bool next(ClassifierBatch& batch);

  /// Of what next() has delivered, whatever is ready beyond it.
  BatchPosition position() const;
  /// Goes on exactly behind the batch after which position() was taken, if the source and the
  /// options are the same. Reads the epoch again up to there.
  void restore(const BatchPosition& position);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Batches in the order given, sorted within: what ExampleBatches delivers, from examples at hand.
ClassifierBatch make_classifier_batch(std::vector<EncodedExample> examples);

}  // namespace weft
