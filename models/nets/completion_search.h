// The search behind completion: hypotheses that are held to typed characters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/nets/completion.h"
#include "models/nets/reading_tree.h"

namespace weft {

/// What is fixed when a search begins.
struct Prefix {
  std::string before;        // the line up to what is typed below
  std::vector<int> context;  // that and lines before it, read by the model
  std::string typed;         // characters that the search must reproduce, a space before a word
};

/// Continuations of `prefix`, of which `start` has read the context. `made` counts the readings
/// that were made.
std::vector<Continuation> search_continuations(const CompletionModel& model,
                                               std::shared_ptr<ReadingNode> start,
                                               const Prefix& prefix,
                                               const CompletionOptions& options,
                                               RandomStream& random, std::size_t& made);

}  // namespace weft
