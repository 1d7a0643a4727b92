// Batches of a corpus, epoch after epoch, made ready on a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.h"
#include "corpora/prefetch.h"
#include "corpora/shuffled_batches.h"

namespace weft {

/// Where a training stands in its examples.
struct BatchPosition {
  RandomStream::State random{};  // as it was when the epoch began
  std::uint64_t epoch = 0;       // from 0
  std::uint64_t batches = 0;     // delivered in this epoch
  bool operator==(const BatchPosition&) const = default;
};

/// Streams the examples through ShuffledBatches, each epoch in another order. Memory: the shuffle
/// buffer, and a few batches ahead. Not shareable between threads.
template <class Example, class Batch>
class EpochBatches {
 public:
  using Source = std::function<bool(Example&)>;  // false at the end
  using Length = std::function<ExampleLength(const Example&)>;
  using Make = std::function<Batch(std::vector<Example>)>;  // of examples by falling length

  /// `open` begins a pass over the examples; it, the source it returns and `make` are called on
  /// another thread. What they throw comes out of next(). Throws UserError if the options set no
  /// limit to a batch.
  EpochBatches(std::function<Source()> open, Length length, Make make, const BatchOptions& options,
               RandomStream random)
      : open_(std::move(open)),
        length_(std::move(length)),
        make_(std::move(make)),
        options_(options),
        random_(std::move(random)) {
    check_limits(options);
  }

  /// False at the end of an epoch; the call after that begins the next one.
  bool next(Batch& batch) {
    if (!ahead_) begin_epoch();
    if (ahead_->next(batch)) {
      ++delivered_;
      return true;
    }
    end_epoch();
    return false;
  }

  /// Of what next() has delivered, whatever is ready beyond it.
  BatchPosition position() const { return {random_.state(), epoch_, delivered_}; }
  /// Goes on exactly behind the batch after which position() was taken, if the source and the
  /// options are the same. Reads the epoch again up to there.
  void restore(const BatchPosition& position) {
    ahead_.reset();
    random_.set_state(position.random);
    epoch_ = position.epoch;
    delivered_ = position.batches;
  }

 private:
  static constexpr std::size_t kBatchesAhead = 16;

  static RandomStream epoch_random(RandomStream& stream) {
    return RandomStream(stream.next(), "epoch");
  }

  /// What has been delivered before (after a restore) is read again and thrown away.
  void begin_epoch() {
    RandomStream copy = random_;
    const RandomStream order = epoch_random(copy);
    auto batches = std::make_shared<std::optional<ShuffledBatches<Example>>>();
    const auto produce = [batches, order, skip = delivered_, pass = open_, length = length_,
                          make = make_, options = options_](Batch& batch) mutable {
      std::vector<Example> examples;
      if (!*batches) batches->emplace(pass(), length, options, order);
      for (; skip > 0; --skip) {
        if (!(*batches)->next(examples)) return false;
      }
      if (!(*batches)->next(examples)) return false;
      batch = make(std::move(examples));
      return true;
    };
    ahead_ = std::make_unique<Prefetcher<Batch>>(produce, kBatchesAhead);
  }

  void end_epoch() {
    ahead_.reset();
    epoch_random(random_);  // the next epoch's order is another
    ++epoch_;
    delivered_ = 0;
  }

  std::function<Source()> open_;
  Length length_;
  Make make_;
  BatchOptions options_;
  RandomStream random_;  // as it was when the epoch began
  std::uint64_t epoch_ = 0;
  std::uint64_t delivered_ = 0;
  std::unique_ptr<Prefetcher<Batch>> ahead_;  // of the running epoch
};

}  // namespace weft
