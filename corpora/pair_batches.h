// Batches of encoded pairs, for models that read one sequence and write another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "corpora/batch.h"
#include "corpora/epoch_batches.h"

namespace weft {

/// `source`: what the model reads; `target`: the words it shall write, without <bos> and <eos>.
struct EncodedPair {
  std::vector<int> source, target;
};

/// The pairs of a batch, by falling length of their targets.
struct PairBatch {
  TokenBatch source;
  TokenBatch target_inputs;  // <bos> and the words, T × B
  std::vector<int> targets;  // the words and <eos>: T·B ids as in target_inputs, −1 for padding
};
PairBatch make_pair_batch(std::vector<EncodedPair> pairs);

/// Pairs one behind the other in memory, four bytes a token.
class EncodedPairs {
 public:
  void add(const EncodedPair& pair);
  std::size_t size() const { return source_ends_.size(); }
  EncodedPair operator[](std::size_t index) const;
  std::uint64_t source_tokens() const { return source_tokens_; }
  /// With an <eos> a sentence.
  std::uint64_t targets() const { return target_tokens_ + size(); }

 private:
  std::vector<int> ids_;  // source, target, source, target …
  std::vector<std::size_t> source_ends_, target_ends_;
  std::uint64_t source_tokens_ = 0, target_tokens_ = 0;
};

/// EpochBatches of pairs, bucketed by both lengths; the target's counts with its <eos>. `pairs`
/// must outlive them.
class PairBatches : public EpochBatches<EncodedPair, PairBatch> {
 public:
  PairBatches(const EncodedPairs& pairs, const BatchOptions& options, RandomStream random);
};

/// Decides bucket and place in a batch: the target's tokens with <eos>, then the source's.
ExampleLength pair_length(const EncodedPair& pair);

}  // namespace weft
