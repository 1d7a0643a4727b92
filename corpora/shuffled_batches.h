// One epoch of examples in batches: shuffled and bucketed by length in bounded memory.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "base/options.h"
#include "base/random.h"

namespace weft {

struct BatchOptions {
  int batch_size = 32;         // examples at most; 0: as many as max_tokens allows
  int max_tokens = 0;          // steps times examples at most, padding and both sequences of a pair
                               // counted; 0: no limit
  int shuffle_buffer = 65536;  // examples kept in memory
  bool shuffle = true;         // false: the order of the file, but for sorting by length
  void visit(OptionVisitor& v);
};

/// Throws UserError if neither examples nor tokens are limited.
void check_limits(const BatchOptions& options);

/// Of an example's sequence, or of the two of a pair. Ordered by the first, then by the second.
struct ExampleLength {
  ExampleLength(std::size_t first_length, std::size_t second_length = 0)
      : first(first_length), second(second_length) {}
  std::size_t first, second;
  auto operator<=>(const ExampleLength&) const = default;
};

/// A bucket's number grows with the length; lengths in one bucket differ by an eighth at most, so
/// that padding stays small and yet the same examples do not meet in every epoch.
std::size_t length_bucket(std::size_t length);
inline ExampleLength length_bucket(const ExampleLength& length) {
  return {length_bucket(length.first), length_bucket(length.second)};
}

/// The buffer is filled; a pool, half of it chosen at random (all of it once the source is empty),
/// is sorted into buckets and cut into batches, which come out in random order; the buffer is
/// filled again. Every example comes once. An example longer than max_tokens is a batch of its own.
/// Within a batch lengths fall. The same source, options and random stream give the same batches.
template <class Example>
class ShuffledBatches {
 public:
  using Source = std::function<bool(Example&)>;  // false at the end
  using Length = std::function<ExampleLength(const Example&)>;

  ShuffledBatches(Source source, Length length, const BatchOptions& options, RandomStream random)
      : source_(std::move(source)),
        length_(std::move(length)),
        options_(options),
        random_(std::move(random)) {}

  /// False at the end of the epoch.
  bool next(std::vector<Example>& batch) {
    if (batches_.empty()) make_batches();
    if (batches_.empty()) return false;
    batch = std::move(batches_.front());
    batches_.pop_front();
    return true;
  }

 private:
  struct Entry {
    ExampleLength length;
    Example example;
  };

  void make_batches() {
    const std::size_t capacity = static_cast<std::size_t>(std::max(options_.shuffle_buffer, 1));
    fill(capacity);
    std::vector<Entry> pool = take(source_ended_ ? buffer_.size() : (capacity + 1) / 2);
    std::stable_sort(pool.begin(), pool.end(), [](const Entry& a, const Entry& b) {
      return length_bucket(a.length) > length_bucket(b.length);
    });
    std::vector<std::vector<Example>> batches;
    for (std::size_t begin = 0; begin < pool.size();) {
      const std::size_t end = batch_end(pool, begin);
      batches.push_back(cut(pool, begin, end));
      begin = end;
    }
    if (options_.shuffle) random_.shuffle(batches);
    for (auto& batch : batches) batches_.push_back(std::move(batch));
  }

  void fill(std::size_t capacity) {
    while (!source_ended_ && buffer_.size() < capacity) {
      Example example{};
      if (source_(example)) {
        const ExampleLength length = length_(example);
        buffer_.push_back({length, std::move(example)});
      } else {
        source_ended_ = true;
      }
    }
  }

  /// `count` entries out of the buffer: random ones in random order, or the first.
  std::vector<Entry> take(std::size_t count) {
    if (options_.shuffle) {
      for (std::size_t i = 0; i < count; ++i) {
        std::swap(buffer_[i], buffer_[i + random_.below(buffer_.size() - i)]);
      }
    }
    const auto end = buffer_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Entry> pool(std::make_move_iterator(buffer_.begin()), std::make_move_iterator(end));
    buffer_.erase(buffer_.begin(), end);
    return pool;
  }

  std::size_t batch_end(const std::vector<Entry>& pool, std::size_t begin) const {
    const auto examples = static_cast<std::size_t>(options_.batch_size);
    const auto tokens = static_cast<std::size_t>(options_.max_tokens);
    ExampleLength longest(1);
    std::size_t end = begin;
    while (end < pool.size()) {
      longest.first = std::max(longest.first, pool[end].length.first);
      longest.second = std::max(longest.second, pool[end].length.second);
      const std::size_t count = end - begin + 1;
      const bool full = (examples > 0 && count > examples) ||
                        (tokens > 0 && (longest.first + longest.second) * count > tokens);
      if (full && end > begin) break;
      ++end;
    }
    return end;
  }

  static std::vector<Example> cut(std::vector<Entry>& pool, std::size_t begin, std::size_t end) {
    std::stable_sort(pool.begin() + static_cast<std::ptrdiff_t>(begin),
                     pool.begin() + static_cast<std::ptrdiff_t>(end),
                     [](const Entry& a, const Entry& b) { return a.length > b.length; });
    std::vector<Example> batch;
    batch.reserve(end - begin);
    for (std::size_t i = begin; i < end; ++i) batch.push_back(std::move(pool[i].example));
    return batch;
  }

  Source source_;
  Length length_;
  BatchOptions options_;
  RandomStream random_;
  std::vector<Entry> buffer_;
  std::deque<std::vector<Example>> batches_;
  bool source_ended_ = false;
};

}  // namespace weft
