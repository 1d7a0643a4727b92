// The learning rate over time.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "base/options.h"

namespace weft {

enum class ScheduleKind { constant, step, exponential, cosine, plateau, warmup };

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::constant;
  double learning_rate = 0.001;
  double factor = 0.5;       // step, exponential, plateau: the rate is multiplied by it
  int step_epochs = 1;       // step: every so many epochs …
  int decay_after = 0;       // … once this many are over ("halve from epoch N": decay_after N − 1)
  int plateau_patience = 0;  // plateau: validations without improvement that are let pass
  double minimum_rate = 0;
  int warmup_updates = 0;  // any kind: linear from 0; warmup: then 1 / sqrt(update) (Vaswani 2017)
  void visit(OptionVisitor& v);
};

class LearningRateSchedule {
 public:
  /// `total_updates`: for cosine, the update at which the minimum is reached.
  LearningRateSchedule(const ScheduleOptions& options, std::uint64_t total_updates);
  /// The rate of the update after `update` done ones in epoch `epoch` (from 0).
  double rate(std::uint64_t update, int epoch) const;
  /// Tells the plateau schedule of a validation.
  void validated(bool improved);

  nlohmann::json state() const;
  void restore(const nlohmann::json& state);

 private:
  ScheduleOptions options_;
  std::uint64_t total_updates_;
  int stale_ = 0;
  double plateau_factor_ = 1;
};

}  // namespace weft
