#include "corpora/example_batches.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "corpora/kept_source.h"
#include "corpora/prefetch.h"

namespace weft {

namespace {

constexpr std::size_t kBatchesAhead = 16;

/// Bytes of a corpus that is worth keeping between epochs.
constexpr std::size_t kKeptBytes = std::size_t{1} << 26;

std::size_t length_of(const EncodedExample& example) { return example.ids.size(); }

std::size_t bytes_of(const EncodedExample& example) {
  return sizeof(example) + example.ids.size() * sizeof(int) + example.labels.size() * sizeof(int) +
         example.values.size() * sizeof(double);
}

}  // namespace

struct ExampleBatches::Impl {
  KeptSource<EncodedExample> source;
  BatchOptions options;
  RandomStream random;  // as it was when the epoch began
  std::uint64_t epoch = 0;
  std::uint64_t delivered = 0;
  std::unique_ptr<Prefetcher<ClassifierBatch>> ahead;  // of the running epoch

  RandomStream epoch_random(RandomStream& stream) const {
    return RandomStream(stream.next(), "epoch");
  }
  void begin_epoch();
  void end_epoch();
};

/// What has been delivered before (after a restore) is read again and thrown away.
void ExampleBatches::Impl::begin_epoch() {
  RandomStream copy = random;
  const RandomStream order = epoch_random(copy);
  auto batches = std::make_shared<std::optional<ShuffledBatches<EncodedExample>>>();
  const auto produce = [batches, order, this, skip = delivered,
                        batch_options = options](ClassifierBatch& batch) mutable {
    std::vector<EncodedExample> examples;
    if (!*batches) batches->emplace(source.pass(), length_of, batch_options, order);
    for (; skip > 0; --skip) {
      if (!(*batches)->next(examples)) return false;
    }
    if (!(*batches)->next(examples)) return false;
    batch = make_classifier_batch(std::move(examples));
    return true;
  };
  ahead = std::make_unique<Prefetcher<ClassifierBatch>>(produce, kBatchesAhead);
}

void ExampleBatches::Impl::end_epoch() {
  ahead.reset();
  epoch_random(random);  // the next epoch's order is another
  ++epoch;
  delivered = 0;
}

ExampleBatches::ExampleBatches(std::function<Source()> open, const BatchOptions& options,
                               RandomStream random)
    : impl_(new Impl{
          {std::move(open), bytes_of, kKeptBytes}, options, std::move(random), 0, 0, nullptr}) {
  if (options.batch_size <= 0 && options.max_tokens <= 0) {
    throw UserError("a batch needs a limit; set --batch-size or --max-tokens above 0");
  }
}
ExampleBatches::~ExampleBatches() = default;

bool ExampleBatches::next(ClassifierBatch& batch) {
  if (!impl_->ahead) impl_->begin_epoch();
  if (impl_->ahead->next(batch)) {
    ++impl_->delivered;
    return true;
  }
  impl_->end_epoch();
  return false;
}

BatchPosition ExampleBatches::position() const {
  return {impl_->random.state(), impl_->epoch, impl_->delivered};
}

void ExampleBatches::restore(const BatchPosition& position) {
  impl_->ahead.reset();
  impl_->random.set_state(position.random);
  impl_->epoch = position.epoch;
  impl_->delivered = position.batches;
}

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
