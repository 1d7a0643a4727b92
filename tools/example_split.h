// One file of examples for training and validation.
#pragma once

#include <cstdint>
#include <string>

#include "base/options.h"

namespace weft {

struct SplitOptions {
  std::int64_t hold_out = 0;
  std::int64_t limit = 0;
  std::string valid_labels;
  void visit(OptionVisitor& v);
};

/// Of `examples` in a file, [0, train) are trained on and [valid, examples) validated with; equal
/// `valid` and `examples`: none.
struct ExampleSplit {
  std::uint64_t train = 0, valid = 0;
};

/// Throws UserError if nothing is left to train on, or a validation file is given, too.
ExampleSplit split_examples(const SplitOptions& options, std::uint64_t examples,
                            const std::string& valid_path);

}  // namespace weft
