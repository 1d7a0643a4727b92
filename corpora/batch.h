// What a model is fed with: ragged batches of token ids, time-major.
#pragma once

#include <cstddef>
#include <vector>

namespace weft {

/// T steps of B sequences. Element t·B + b is step t of sequence b; steps at or beyond lengths[b]
/// are padding (kPad).
struct TokenBatch {
  int steps = 0;     // T
  int examples = 0;  // B
  std::vector<int> ids;
  std::vector<int> lengths;
  std::size_t tokens() const;  // without padding
};

/// Pads `sequences` to the longest. Sequences may be empty; T is at least 1.
TokenBatch make_token_batch(const std::vector<const std::vector<int>*>& sequences);

}  // namespace weft
