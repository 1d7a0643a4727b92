// What a model knows after each of many texts that begin alike.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "models/nets/next_token_model.h"

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

}  // namespace weft
