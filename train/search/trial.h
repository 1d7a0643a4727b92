// A trial of a hyper-parameter search: one setting, and what a training with it came to.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/search/search_space.h"
#include "train/task.h"

namespace weft {

/// done: trained to its end; halved: stopped as hopeless; unfinished: the search's time was over;
/// failed: it diverged, or its options contradict each other.
enum class TrialStatus { done, halved, unfinished, failed };
/// "done", "halved", "unfinished", "failed"
const char* name(TrialStatus status);

struct Trial {
  Setting setting;
  TrialStatus status = TrialStatus::failed;
  Evaluation best;             // null measures if it failed before the first validation
  std::vector<double> course;  // the criterion's value at each validation
  std::string error;           // why it failed
  std::int64_t epochs = 0, updates = 0;
  double seconds = 0;

  bool measured() const { return !best.measures.is_null(); }
  /// What the search lowers: the best value, its sign changed where higher is better; infinite for
  /// a trial that failed.
  double loss() const;
  /// Likewise after `validations` validations; for a trial that ended by itself before, its best.
  /// Infinite if it was stopped before.
  double loss_after(std::size_t validations) const;
};

/// Whether a is a better result than b.
bool better(const Trial& a, const Trial& b);
/// The best one's index; trials.size() if none was measured.
std::size_t best_trial(const std::vector<Trial>& trials);

/// One line of the log:
///   {"trial" (from 1), "options": {…}, "status", "criterion", "higher_is_better", "value",
///    "course": […], "measures": {…}, "error", "epochs", "updates", "seconds"}
nlohmann::json trial_to_json(const Trial& trial, std::size_t index, const SearchSpace& space);
/// Throws std::exception of some kind if it is none, or not of this space.
Trial trial_from_json(const nlohmann::json& json, const SearchSpace& space);

}  // namespace weft
