#include "corpora/shuffled_batches.h"

#include <bit>

#include "base/error.h"

namespace weft {

void BatchOptions::visit(OptionVisitor& v) {
  v.integer("batch-size", batch_size, 0, 1 << 20,
            "examples a batch at most (0: as many as --max-tokens allows)");
  v.integer("max-tokens", max_tokens, 0, 1 << 30,
            "tokens a batch at most, padding counted (0: no limit)");
  v.integer("shuffle-buffer", shuffle_buffer, 1, 1 << 30,
            "examples kept in memory to be shuffled and sorted by length");
}

void check_limits(const BatchOptions& options) {
  if (options.batch_size <= 0 && options.max_tokens <= 0) {
    throw UserError("a batch needs a limit; set --batch-size or --max-tokens above 0");
  }
}

std::size_t length_bucket(std::size_t length) {
  if (length < 16) return length;
  // The four highest bits: eight buckets an octave.
  const auto shift = static_cast<std::size_t>(std::bit_width(length)) - 4;
  return 8 * shift + (length >> shift);
}

}  // namespace weft
