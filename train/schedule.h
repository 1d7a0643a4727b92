// The learning rate over time.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "base/options.h"

namespace weft {

enum class ScheduleKind { constant, step, exponential, cosine, plateau, warmup };

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::constant;
  double learning_rate = 0.001;  // the highest one
  double factor = 0.5;           // step, exponential, plateau: the rate is multiplied by it
  int step_epochs = 1;           // step: every so many epochs …
  /// step, exponential: … once this many are over ("halve from epoch N": decay_after N − 1);
  /// 0: as step_epochs (exponential: 1).
  int decay_after = 0;
  int plateau_patience = 0;  // plateau: validations without improvement that are let pass
  double minimum_rate = 0;   // the rate never falls below it, once warmed up
  int warmup_updates = 0;  // any kind: linear from 0; warmup: then 1 / sqrt(update); 0: 4000 there
  void visit(OptionVisitor& v);
};

/// The rate as a function of what has been done; only plateau has a memory.
///   step         rate · factor^(decays so far, one every step_epochs)
///   exponential  rate · factor^(epochs over)
///   cosine       minimum + (rate − minimum) · (1 + cos(π · share of updates done)) / 2
///                (Loshchilov & Hutter 2017, one cycle)
///   plateau      rate · factor^(times that validation did not improve)
///   warmup       rate · sqrt(warmup_updates / update) (Vaswani et al. 2017, at its peak `rate`)
class LearningRateSchedule {
 public:
  /// `total_updates`: for cosine, the update at which the minimum is reached. Throws UserError if
  /// it is 0 (unknown) there, or if the minimum lies above the rate.
  LearningRateSchedule(const ScheduleOptions& options, std::uint64_t total_updates);
  /// The rate of the update after `update` done ones in epoch `epoch` (from 0).
  double rate(std::uint64_t update, int epoch) const;
  /// Tells the plateau schedule of a validation.
  void validated(bool improved);

  nlohmann::json state() const;
  /// Throws UserError if `state` is not one of state()'s.
  void restore(const nlohmann::json& state);

 private:
  double decayed(std::uint64_t update, int epoch) const;

  ScheduleOptions options_;
  std::uint64_t total_updates_;
  int stale_ = 0;
  double plateau_factor_ = 1;
};

}  // namespace weft
