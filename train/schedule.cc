#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace weft {

void ScheduleOptions::visit(OptionVisitor& v) {
  v.choice("schedule", kind, {"constant", "step", "exponential", "cosine", "plateau", "warmup"},
           "how the learning rate changes");
  v.number("learning-rate", learning_rate, 0, 1e6, "step size of the optimizer, the highest one");
  v.only_for("schedule", {"step", "exponential", "plateau"},
             [&] { v.number("decay-factor", factor, 1e-9, 1, "multiplies the rate"); });
  v.only_for("schedule", {"step"}, [&] {
    v.integer("decay-epochs", step_epochs, 1, 1000000, "epochs from one decay to the next");
  });
  v.only_for("schedule", {"step", "exponential"}, [&] {
    v.integer("decay-after", decay_after, 0, 1000000,
              "epochs at the full rate; 0: as --decay-epochs");
  });
  v.only_for("schedule", {"plateau"}, [&] {
    v.integer("plateau-patience", plateau_patience, 0, 1000000,
              "validations without improvement that are let pass");
  });
  v.number("minimum-rate", minimum_rate, 0, 1e6, "the learning rate never falls below it");
  v.integer("warmup-updates", warmup_updates, 0, 1000000000,
            "updates over which the rate rises from 0; --schedule warmup: 0 means 4000");
}

LearningRateSchedule::LearningRateSchedule(const ScheduleOptions& options,
                                           std::uint64_t total_updates)
    : options_(options), total_updates_(total_updates) {
  if (options_.kind == ScheduleKind::warmup && options_.warmup_updates == 0)
    options_.warmup_updates = 4000;
  if (options_.minimum_rate > options_.learning_rate)
    throw UserError("--minimum-rate is above --learning-rate; lower it");
  if (options_.kind == ScheduleKind::cosine && total_updates_ == 0)
    throw UserError("--schedule cosine must know when the training ends; give --max-updates");
}

double LearningRateSchedule::decayed(std::uint64_t update, int epoch) const {
  const double rate = options_.learning_rate;
  const double warm = options_.warmup_updates;
  const double done = static_cast<double>(update);
  switch (options_.kind) {
    case ScheduleKind::constant:
      return rate;
    case ScheduleKind::step:
    case ScheduleKind::exponential: {
      const int every = options_.kind == ScheduleKind::step ? options_.step_epochs : 1;
      const int first = options_.decay_after > 0 ? options_.decay_after : every;
      return epoch < first ? rate : rate * std::pow(options_.factor, 1 + (epoch - first) / every);
    }
    case ScheduleKind::cosine: {
      const double length = std::max(1.0, static_cast<double>(total_updates_) - warm);
      const double share = std::clamp((done - warm) / length, 0.0, 1.0);
      const double low = options_.minimum_rate;
      return low + (rate - low) * (1 + std::cos(std::acos(-1.0) * share)) / 2;
    }
    case ScheduleKind::plateau:
      return rate * plateau_factor_;
    case ScheduleKind::warmup:
      return rate * std::sqrt(warm / std::max(warm, done + 1));
  }
  return rate;
}

double LearningRateSchedule::rate(std::uint64_t update, int epoch) const {
  const double floored = std::max(options_.minimum_rate, decayed(update, epoch));
  const double number = static_cast<double>(update) + 1;  // of the update to come, from 1
  return number < options_.warmup_updates ? floored * number / options_.warmup_updates : floored;
}

void LearningRateSchedule::validated(bool improved) {
  if (options_.kind != ScheduleKind::plateau) return;
  stale_ = improved ? 0 : stale_ + 1;
  if (stale_ <= options_.plateau_patience) return;
  plateau_factor_ *= options_.factor;
  stale_ = 0;
}

nlohmann::json LearningRateSchedule::state() const {
  return {{"stale", stale_}, {"plateau_factor", plateau_factor_}};
}

void LearningRateSchedule::restore(const nlohmann::json& state) {
  try {
    stale_ = state.at("stale").get<int>();
    plateau_factor_ = state.at("plateau_factor").get<double>();
  } catch (const nlohmann::json::exception&) {
    throw UserError("the checkpoint's learning rate schedule is damaged; use another checkpoint");
  }
}

}  // namespace weft
