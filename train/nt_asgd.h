// Averaged SGD that begins when plain SGD gets no further (NT-ASGD, Merity et al. 2018, algorithm
// 1).
#pragma once

#include <vector>

#include "train/trainer.h"

namespace weft {

/// Has the trainer average its weights once a validation is worse than the best of those at least
/// `interval` before it. Trainer adds it by itself.
class NonMonotoneTrigger : public TrainObserver {
 public:
  explicit NonMonotoneTrigger(int interval) : interval_(static_cast<std::size_t>(interval)) {}
  void validated(Trainer& trainer, const Evaluation& evaluation, bool best) override;
  std::string key() const override { return "nt-asgd"; }
  nlohmann::json state() const override { return earlier_; }
  void restore(const nlohmann::json& state) override {
    earlier_ = state.get<std::vector<double>>();
  }

 private:
  std::size_t interval_;
  std::vector<double> earlier_;  // values of the criterion, the smaller the better
};

}  // namespace weft
