#include "corpora/pair_batches.h"

#include <algorithm>
#include <utility>

#include "tokenizer/vocabulary.h"

namespace weft {
namespace {

using Difference = std::ptrdiff_t;

std::function<PairBatches::Source()> source_of(const EncodedPairs& pairs) {
  return [&pairs]() -> PairBatches::Source {
    return [&pairs, next = std::size_t{0}](EncodedPair& pair) mutable {
      if (next == pairs.size()) return false;
      pair = pairs[next++];
      return true;
    };
  };
}

}  // namespace

ExampleLength pair_length(const EncodedPair& pair) {
  return {pair.target.size() + 1, pair.source.size()};
}

PairBatch make_pair_batch(std::vector<EncodedPair> pairs) {
  std::stable_sort(pairs.begin(), pairs.end(), [](const EncodedPair& a, const EncodedPair& b) {
    return pair_length(a) > pair_length(b);
  });
  std::vector<const std::vector<int>*> sources, targets;
  for (EncodedPair& pair : pairs) {
    pair.target.insert(pair.target.begin(), kBos);
    sources.push_back(&pair.source);
    targets.push_back(&pair.target);
  }
  PairBatch batch;
  batch.source = make_token_batch(sources);
  batch.target_inputs = make_token_batch(targets);
  const std::size_t examples = pairs.size();
  batch.targets.assign(batch.target_inputs.ids.size(), -1);
  for (std::size_t b = 0; b < examples; ++b) {
    const std::vector<int>& inputs = pairs[b].target;
    for (std::size_t t = 0; t + 1 < inputs.size(); ++t)
      batch.targets[t * examples + b] = inputs[t + 1];
    batch.targets[(inputs.size() - 1) * examples + b] = kEos;
  }
  return batch;
}

void EncodedPairs::add(const EncodedPair& pair) {
  ids_.insert(ids_.end(), pair.source.begin(), pair.source.end());
  source_ends_.push_back(ids_.size());
  ids_.insert(ids_.end(), pair.target.begin(), pair.target.end());
  target_ends_.push_back(ids_.size());
  source_tokens_ += pair.source.size();
  target_tokens_ += pair.target.size();
}

EncodedPair EncodedPairs::operator[](std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : target_ends_[index - 1];
  const auto at = [&](std::size_t place) { return ids_.begin() + static_cast<Difference>(place); };
  return {{at(begin), at(source_ends_[index])}, {at(source_ends_[index]), at(target_ends_[index])}};
}

PairBatches::PairBatches(const EncodedPairs& pairs, const BatchOptions& options,
                         RandomStream random)
    : EpochBatches(source_of(pairs), pair_length, make_pair_batch, options, std::move(random)) {}

}  // namespace weft
