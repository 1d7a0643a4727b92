// The position in batches, as a checkpoint keeps it.
#pragma once

#include <nlohmann/json.hpp>

#include "corpora/epoch_batches.h"

namespace weft {

inline nlohmann::json position_to_json(const BatchPosition& position) {
  return {{"random", position.random}, {"epoch", position.epoch}, {"batches", position.batches}};
}

inline BatchPosition position_from_json(const nlohmann::json& state) {
  BatchPosition position;
  position.random = state.at("random").get<RandomStream::State>();
  position.epoch = state.at("epoch").get<std::uint64_t>();
  position.batches = state.at("batches").get<std::uint64_t>();
  return position;
}

}  // namespace weft
