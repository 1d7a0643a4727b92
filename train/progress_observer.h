// How far a training is: numbers for a progress bar, lines for a log.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/log.h"
#include "train/trainer.h"

namespace weft {

/// Sums over the updates since the last report.
class ReportWindow {
 public:
  /// Begins counting at the trainer's present state, unless restore() was called before.
  void begin(const TrainState& state);
  void add(const TrainState& state);
  void clear() { nats_ = targets_ = seconds_ = 0; }

  bool empty() const { return targets_ == 0; }
  /// Mean over targets; 0 if there are none.
  double loss() const { return targets_ > 0 ? nats_ / targets_ : 0; }
  /// By training time alone.
  double targets_per_second() const { return seconds_ > 0 ? targets_ / seconds_ : 0; }

  nlohmann::json state() const { return {nats_, targets_, seconds_}; }
  void restore(const nlohmann::json& state);

 private:
  double nats_ = 0, targets_ = 0, seconds_ = 0;
  std::uint64_t last_targets_ = 0;
  double last_seconds_ = 0;
};

struct Progress {
  int epoch = 0, epochs = 0;                    // the running one (from 1), of so many
  std::uint64_t update = 0, total_updates = 0;  // 0: not known
  double loss = 0;                              // since the last report, nats a target
  double targets_per_second = 0;                // likewise
  double learning_rate = 0;
  double share = 0;          // of the whole training, 0 to 1
  double seconds = 0;        // wall time so far
  double seconds_left = -1;  // negative: not known
};

/// "epoch 2/10, update 1200/13000: loss 4.8730, 9210 targets/s, learning rate 0.001, 3 min left"
std::string progress_text(const Progress& progress);
/// "validation after update 1200: perplexity 131.2 (best so far), loss 4.8767"
std::string validation_text(const TrainState& state, const Evaluation& evaluation, bool best);

/// Shows progress every so many seconds, at the end of each epoch and when training ends.
class ProgressObserver : public TrainObserver {
 public:
  /// `show`: draws a bar, or logs progress_text(); `log` is given a line for each validation.
  ProgressObserver(double every_seconds, std::function<void(const Progress&)> show, LogSink log);
  void begin(Trainer& trainer) override;
  void updated(Trainer& trainer) override;
  void validated(Trainer& trainer, const Evaluation& evaluation, bool best) override;
  void ended(Trainer& trainer) override;

 private:
  void report(Trainer& trainer);

  double every_seconds_;
  std::function<void(const Progress&)> show_;
  LogSink log_;
  ReportWindow window_;
  double reported_ = 0;                         // seconds of the last report
  double first_share_ = 0, first_seconds_ = 0;  // where this run began
};

}  // namespace weft
