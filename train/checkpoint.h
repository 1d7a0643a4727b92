// Checkpoints: model files that also hold everything a training needs to go on.
//
//   LoadedModel loaded = load_checkpoint(path);           // --resume
//   options from loaded.record.training, the task built from them, a Trainer with observers
//   restore_checkpoint(loaded, path, trainer);
//   trainer.run(interrupt);                               // to the same bytes as uninterrupted
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/log.h"
#include "base/options.h"
#include "models/file/model_file.h"
#include "train/trainer.h"

namespace weft {

/// Writes atomically. `description`: what the training record of a command holds besides
/// training_record() (every option, so that resuming needs no other; the data); its keys win.
/// Throws UserError if the file cannot be written.
void save_checkpoint(const std::string& path, Trainer& trainer, const nlohmann::json& description);

/// Throws UserError or FormatError if the file cannot be read or is a model without the rest.
LoadedModel load_checkpoint(const std::string& path);
/// Puts a fresh trainer and its task, built from the same options, where the checkpoint was
/// written. The task's model may be the loaded one or another of the same shape. Observers must
/// have been added. Throws FormatError if the checkpoint belongs to another model, optimizer or
/// task.
void restore_checkpoint(const LoadedModel& loaded, const std::string& path, Trainer& trainer);

struct CheckpointOptions {
  std::string path;  // empty: none are written
  std::int64_t every_updates = 0;
  double every_minutes = 10;
  bool each_epoch = true;
  /// Of the time since the last save (before the first: since the start), what a save may take that
  /// only the end of an epoch or of the training asks for. 1: it is always made. A large model on
  /// little data would otherwise spend most of its time in writing itself.
  double time_share = 1;
  void visit(OptionVisitor& v);
};

/// Saves every so often, after each epoch, when training stops, and at any price when Ctrl-C stops
/// it. If a save fails, the file of the last one stays as it was, the log says why, and training
/// goes on. Weights that are not finite are not saved: the next step will end in a DivergenceError,
/// and the checkpoint it names must be a good one. Add it after all other observers.
class CheckpointObserver : public TrainObserver {
 public:
  CheckpointObserver(CheckpointOptions options, nlohmann::json description, LogSink log);
  /// Throws UserError if no file can be written at the path: better now than after an hour.
  void begin(Trainer& trainer) override;
  void epoch_ended(Trainer&) override { epoch_ended_ = true; }
  void settled(Trainer& trainer) override;

 private:
  using Clock = std::chrono::steady_clock;
  bool due(const Trainer& trainer) const;
  bool affordable(double seconds_passed) const;
  void save(Trainer& trainer);

  CheckpointOptions options_;
  nlohmann::json description_;
  LogSink log_;
  bool epoch_ended_ = false;
  Clock::time_point tried_;
  double save_seconds_ = 0;  // of the last save, before that an estimate
};

}  // namespace weft
