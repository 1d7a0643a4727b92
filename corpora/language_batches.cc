#include "corpora/language_batches.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tokenizer/vocabulary.h"

namespace weft {
namespace {

constexpr std::uint64_t kMostInMemory = 4 << 20;

}  // namespace

LanguageBatches::LanguageBatches(TokenStream stream, int examples, int steps)
    : stream_(std::move(stream)),
      examples_(static_cast<std::uint64_t>(examples)),
      steps_(static_cast<std::uint64_t>(steps)) {
  if (examples <= 0 || steps <= 0) {
    throw std::invalid_argument("LanguageBatches needs at least one example and one step");
  }
}

std::uint64_t LanguageBatches::part_begin(std::uint64_t part) const {
  const std::uint64_t size = stream_.size();
  return part * (size / examples_) + std::min(part, size % examples_);
}

std::uint64_t LanguageBatches::batches() const { return (steps() + steps_ - 1) / steps_; }

void LanguageBatches::seek(std::uint64_t position) {
  if (position > steps()) throw std::out_of_range("LanguageBatches::seek beyond the epoch");
  position_ = position;
}

bool LanguageBatches::next(LanguageBatch& batch, int steps_wanted) {
  if (position_ == this->steps()) {
    position_ = 0;
    return false;
  }
  const std::uint64_t steps =
      std::min(steps_wanted > 0 ? static_cast<std::uint64_t>(steps_wanted) : steps_,
               this->steps() - position_);
  batch.first = position_ == 0;
  batch.inputs.steps = static_cast<int>(steps);
  batch.inputs.examples = static_cast<int>(examples_);
  batch.inputs.ids.assign(steps * examples_, kPad);
  batch.inputs.lengths.assign(examples_, 0);
  batch.targets.assign(steps * examples_, -1);
  for (std::uint64_t part = 0; part < examples_; ++part) read_part(part, steps, batch);
  position_ += steps;
  unreleased_ += steps * examples_;
  if (unreleased_ > kMostInMemory) {
    stream_.release();
    unreleased_ = 0;
  }
  return true;
}

void LanguageBatches::read_part(std::uint64_t part, std::uint64_t steps, LanguageBatch& batch) {
  const std::uint64_t begin = part_begin(part) + position_;
  const std::uint64_t end = part_begin(part + 1);
  if (begin >= end) return;
  const std::uint64_t count = std::min(steps, end - begin);
  // The token before the window, then the window: inputs are it without its last.
  window_.resize(count + 1);
  window_[0] = begin == 0 ? static_cast<int>(kEos) : stream_[begin - 1];
  stream_.read(begin, count, window_.data() + 1);
  for (std::uint64_t t = 0; t < count; ++t) {
    batch.inputs.ids[t * examples_ + part] = window_[t];
    batch.targets[t * examples_ + part] = window_[t + 1];
  }
  batch.inputs.lengths[part] = static_cast<int>(count);
}

}  // namespace weft
