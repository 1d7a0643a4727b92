#include "corpora/batch.h"

#include <algorithm>
#include <numeric>

#include "tokenizer/vocabulary.h"

namespace weft {

std::size_t TokenBatch::tokens() const {
  return std::accumulate(
      lengths.begin(), lengths.end(), std::size_t{0},
      [](std::size_t sum, int length) { return sum + static_cast<std::size_t>(length); });
}

TokenBatch make_token_batch(const std::vector<const std::vector<int>*>& sequences) {
  TokenBatch batch;
  const std::size_t examples = sequences.size();
  std::size_t steps = 1;
  for (const std::vector<int>* sequence : sequences) steps = std::max(steps, sequence->size());
  batch.steps = static_cast<int>(steps);
  batch.examples = static_cast<int>(examples);
  batch.ids.assign(steps * examples, kPad);
  batch.lengths.reserve(examples);
  for (std::size_t b = 0; b < examples; ++b) {
    const std::vector<int>& sequence = *sequences[b];
    for (std::size_t t = 0; t < sequence.size(); ++t) batch.ids[t * examples + b] = sequence[t];
    batch.lengths.push_back(static_cast<int>(sequence.size()));
  }
  return batch;
}

}  // namespace weft
