// A token stream in windows for truncated back-propagation through time.
#pragma once

#include <cstdint>
#include <vector>

#include "corpora/batch.h"
#include "corpora/token_stream.h"

namespace weft {

struct LanguageBatch {
  TokenBatch inputs;         // T × B
  std::vector<int> targets;  // T·B, element t·B + b as in inputs; -1 where there is none
  bool first = false;        // the first of an epoch: states start anew, else they are carried on
};

/// Cuts the stream into B parts that lie end to end and reads them side by side, `steps` tokens a
/// batch (Zaremba et al. 2014). Every token of the stream is a target exactly once in an epoch, and
/// its input is the token before it; the first token's input is <eos>. So part b > 0 begins with
/// the last token of the part before it as its input, though with a state that has not seen it.
///
/// The lengths of the parts differ by one at most, the longer ones first: if B does not divide the
/// stream, only the last step of an epoch has sequences without a target. The last batch has as
/// many steps as are left. A part of a stream shorter than B is empty.
///
/// Of a mapped stream no more stays in memory than a few million tokens.
class LanguageBatches {
 public:
  /// Throws std::invalid_argument unless `examples` (B) and `steps` (T) are positive.
  LanguageBatches(TokenStream stream, int examples, int steps);

  /// False at the end of an epoch; the call after that begins the next one. `steps`: of this batch,
  /// if it shall have another number of them.
  bool next(LanguageBatch& batch, int steps = 0);

  std::uint64_t batches() const;  // an epoch, if all have the same number of steps
  std::uint64_t steps() const { return part_begin(1); }  // an epoch
  /// Steps delivered in this epoch; seek() goes on behind as many. Throws std::out_of_range beyond
  /// steps().
  std::uint64_t position() const { return position_; }
  void seek(std::uint64_t position);

 private:
  std::uint64_t part_begin(std::uint64_t part) const;
  void read_part(std::uint64_t part, std::uint64_t steps, LanguageBatch& batch);

  TokenStream stream_;
  std::uint64_t examples_;
  std::uint64_t steps_;
  std::uint64_t position_ = 0;
  std::uint64_t unreleased_ = 0;  // tokens read since memory was let go
  std::vector<int> window_;
};

}  // namespace weft
