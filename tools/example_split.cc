#include "tools/example_split.h"

#include <algorithm>

#include "base/error.h"

namespace weft {

void SplitOptions::visit(OptionVisitor& v) {
  v.integer("hold-out", hold_out, 0, INT64_MAX,
            "validate on the last N examples of --train, which are not trained on, instead of "
            "--valid");
  v.integer("limit", limit, 0, INT64_MAX, "train on the first N examples only; 0: all");
  v.file("valid-labels", valid_labels, "of an IDX file of --valid: the file with its labels");
}

ExampleSplit split_examples(const SplitOptions& options, std::uint64_t examples,
                            const std::string& valid_path) {
  const auto held_out = static_cast<std::uint64_t>(options.hold_out);
  const auto limit = static_cast<std::uint64_t>(options.limit);
  if (held_out > 0 && !valid_path.empty())
    throw UserError("--hold-out and --valid both name validation data; leave one out");
  if (held_out >= examples)
    throw UserError("--hold-out " + std::to_string(held_out) + " leaves nothing of the " +
                    std::to_string(examples) + " examples to train on; lower it");
  ExampleSplit split{examples - held_out, examples - held_out};
  if (limit > 0) split.train = std::min(split.train, limit);
  return split;
}

}  // namespace weft
