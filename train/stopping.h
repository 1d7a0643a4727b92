// Observers that end a training: patience and the time limit. Trainer adds them by itself.
#pragma once

#include "train/trainer.h"

namespace weft {

/// Stops after `patience` validations in a row none of which was the best.
class EarlyStopping : public TrainObserver {
 public:
  explicit EarlyStopping(int patience) : patience_(patience) {}
  void begin(Trainer& trainer) override;
  void validated(Trainer& trainer, const Evaluation& evaluation, bool best) override;
  std::string key() const override { return "early stopping"; }
  nlohmann::json state() const override { return stale_; }
  void restore(const nlohmann::json& state) override { stale_ = state.get<int>(); }

 private:
  int patience_;
  int stale_ = 0;
};

/// Stops once the wall time, that of earlier runs of the same training counted, reaches `minutes`.
class TimeLimit : public TrainObserver {
 public:
  explicit TimeLimit(double minutes) : minutes_(minutes) {}
  void begin(Trainer& trainer) override { updated(trainer); }
  void updated(Trainer& trainer) override;

 private:
  double minutes_;
};

}  // namespace weft
