// A training as a function call: how `weft tune` runs the tasks of `weft train`, by the same code,
// quietly, without checkpoints.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tools/output_paths.h"
#include "train/trainer.h"

namespace weft {

struct TrialRun {
  // What the task is told.
  bool check_only = false;                  // parse, say what it is, train nothing
  std::set<std::string> options_of_search;  // which a --config file may hold
  NamedPaths outputs;                       // of the whole search
  std::unique_ptr<TrainObserver> watch;     // goes to the trainer
  std::function<bool()> keep;               // once trained: whether to save the model

  // What comes of it.
  nlohmann::json origin;  // options, but those of the search, and checksums of the data
  StopReason stop = StopReason::none;  // none: an error came before
  std::int64_t parameters = 0;
};

}  // namespace weft
