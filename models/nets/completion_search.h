// The search behind completion: hypotheses that are held to typed characters.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/nets/completion.h"

namespace weft {

/// A reading, and those that go on from it: each is made once, however many searches meet it.
struct ReadingNode {
  NextTokenModel::ReadingPointer reading;
  std::optional<double> word_over;  // log-probability, once somebody asked
  std::map<int, std::shared_ptr<ReadingNode>> after;
};

/// The nodes after nodes[n] and tokens[n]; what is not there yet is read, all at once. Returns how
/// many were made.
std::size_t advance(const NextTokenModel& model, std::vector<std::shared_ptr<ReadingNode>>& nodes,
                    const std::vector<int>& tokens);

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
