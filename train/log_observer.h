// The training log: a file of JSON lines.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/log.h"
#include "train/progress_observer.h"
#include "train/trainer.h"

namespace weft {

/// One object a line, written and flushed at once:
///   {"type": "report", "epoch", "update", "targets", "loss" (mean since the last report),
///    "gradient_norm", "learning_rate", "targets_per_second", "seconds"}
///   {"type": "validation", "epoch", "update", "seconds", "best", "criterion", "measures": {…}}
///   {"type": "end", "epoch", "update", "targets", "seconds", "stopped"}
/// A new training begins the file anew; a resumed one goes on behind the last line that its
/// checkpoint knows of: what an interrupted run wrote after its last checkpoint is cut off.
class LogObserver : public TrainObserver {
 public:
  /// Reports every so many updates. `messages` hears of it if the file cannot be written any more.
  LogObserver(std::string path, std::int64_t every_updates, LogSink messages);
  ~LogObserver() override;
  LogObserver(const LogObserver&) = delete;
  LogObserver& operator=(const LogObserver&) = delete;

  /// Throws UserError if the file cannot be written.
  void begin(Trainer& trainer) override;
  void updated(Trainer& trainer) override;
  void validated(Trainer& trainer, const Evaluation& evaluation, bool best) override;
  void ended(Trainer& trainer) override;

  /// Why the file ends before the training does; empty if it does not.
  const std::string& failure() const { return failure_; }

  std::string key() const override { return "log"; }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void keep_known_lines() const;
  void open();
  void write(const nlohmann::json& object);

  std::string path_;
  std::uint64_t every_updates_;
  LogSink messages_;
  ReportWindow window_;
  std::string failure_;
  std::uint64_t lines_ = 0;  // written so far, those of earlier runs counted
  int descriptor_ = -1;
};

}  // namespace weft
