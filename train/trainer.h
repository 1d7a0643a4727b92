// The training loop. Everything but the loop itself is done by observers.
//
//   Trainer trainer(options, task);
//   trainer.add(std::make_unique<ProgressObserver>(…));      // CheckpointObserver last
//   if (resume) restore_checkpoint(…, trainer);              // after the observers are added
//   trainer.run(interrupt);                                  // the best model is in task.model()
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/core/kernels/precision.h"
#include "train/gradient_norm.h"
#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/task.h"
#include "train/weight_average.h"

namespace weft {

struct TrainerOptions {
  int epochs = 10;
  std::int64_t max_updates = 0;  // 0: no limit
  double time_limit = 0;         // minutes of wall time, those before a resume counted; 0: none
  double clip = 5;               // global gradient norm (Pascanu et al. 2013), 0: off
  kernels::Precision precision = kernels::Precision::f32;  // of the products in training steps
  double average_decay = 0;                                // an update; see WeightAverage, 0: off
  int nt_asgd =
      0;  // validations that a mean of the weights waits for; see NonMonotoneTrigger, 0: off
  std::int64_t validate_every = 0;  // updates; 0: at the end of each epoch
  int patience = 0;  // validations in a row without improvement that end training; 0: never
  std::uint64_t seed = 1;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  /// All but the seed, which belongs to the whole command.
  void visit(OptionVisitor& v);
};

enum class StopReason { none, epochs, updates, patience, time, interrupted, halving };
/// "epochs", "updates", "patience", "time", "interrupted", "halving" (a hopeless trial of a search,
/// see train/search/halving.h); "" for none.
const char* name(StopReason reason);

/// Where a training stands.
struct TrainState {
  int epoch = 0;              // finished ones
  std::uint64_t update = 0;   // finished ones
  std::uint64_t targets = 0;  // trained on, in all
  double loss = 0;            // of the last batch
  double epoch_loss = 0;      // mean over this epoch's targets so far (once it is over: over all)
  std::uint64_t epoch_targets = 0;
  std::uint64_t epoch_updates = 0;
  double gradient_norm = 0;  // of the last batch, before clipping
  double learning_rate = 0;
  double train_seconds = 0;  // drawing batches and steps alone: validation and saving left out
  double seconds = 0;        // wall time of this and resumed runs
  StopReason stop = StopReason::none;
};

/// A file from which training can go on.
struct LastCheckpoint {
  std::string path;  // empty: none yet
  std::uint64_t update = 0;
};

class Trainer;

/// Told about every step; may ask the trainer to stop. In this order: begin; for each update:
/// updated, validated (if it was time to), settled; at the end of an epoch: validated, epoch_ended,
/// settled; at last: validated (if there are updates since the last validation), ended.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void begin(Trainer&) {}
  virtual void updated(Trainer&) {}
  /// `best`: better than all before.
  virtual void validated(Trainer&, const Evaluation&, bool /*best*/) {}
  virtual void epoch_ended(Trainer&) {}
  /// Everybody has been told everything and state().stop is decided: what is saved now continues
  /// to the same bytes.
  virtual void settled(Trainer&) {}
  virtual void ended(Trainer&) {}

  /// An observer that must remember something across a resume has a key, unique in its trainer.
  virtual std::string key() const { return {}; }
  virtual nlohmann::json state() const { return nullptr; }
  virtual void restore(const nlohmann::json&) {}
};

class Trainer {
 public:
  /// Early stopping and the time limit are there already if the options ask for them. Throws
  /// UserError if the options contradict each other.
  Trainer(const TrainerOptions& options, TrainingTask& task);
  /// Observers are told in the order they were added.
  void add(std::unique_ptr<TrainObserver> observer);
  /// Until epochs, updates, time or patience are used up, or `interrupt` becomes true: then the
  /// step is finished and nothing more is validated. The best model seen (by the task's criterion)
  /// is in the task's model afterwards; without validation the last. Throws DivergenceError if the
  /// loss or a gradient stops being finite (before the weights are touched), UserError if an epoch
  /// has no batch.
  void run(const std::atomic<bool>& interrupt);
  void stop(StopReason reason) {
    if (state_.stop == StopReason::none) state_.stop = reason;
  }

  const TrainState& state() const { return state_; }
  const TrainerOptions& options() const { return options_; }
  TrainingTask& task() { return task_; }
  Optimizer& optimizer() { return *optimizer_; }
  const Evaluation& best() const { return best_; }
  bool has_best() const { return has_best_; }
  /// Update after which the best model was seen.
  std::uint64_t best_update() const { return best_update_; }
  /// The best model's values, in the order of the store; empty before the first validation.
  const std::vector<Matrix>& best_values() const { return best_values_; }
  /// From now on the mean of the weights is kept, too: it is what is validated and saved.
  void begin_average();
  bool averages() const { return average_.has_value(); }
  /// Updates until training ends if neither time nor patience end it; 0: not known.
  std::uint64_t total_updates() const { return total_updates_; }

  const LastCheckpoint& last_checkpoint() const { return last_checkpoint_; }
  void set_last_checkpoint(LastCheckpoint checkpoint) { last_checkpoint_ = std::move(checkpoint); }

  /// Everything that decides the rest of the run, apart from matrices: for checkpoints.
  nlohmann::json checkpoint() const;
  /// The matrices besides the model's parameters: "optimizer/first/recurrent.0.input", if weights
  /// are averaged "average/recurrent.0.input", and, once there was a validation,
  /// "best/recurrent.0.input".
  std::vector<Optimizer::NamedState> checkpoint_matrices();
  /// The other way round; makes room for checkpoint_matrices(), which the caller fills. Throws
  /// UserError if the checkpoint belongs to another task.
  void restore(const nlohmann::json& checkpoint);

 private:
  using Clock = std::chrono::steady_clock;

  bool step(Tape& tape, Gradients& gradients);
  double clip_scale(const Gradients& gradients);
  void end_epoch();
  void validate();
  void take_best(const Evaluation& evaluation);
  void check_limits(bool interrupted);
  void finish();
  bool validation_due() const;
  void count_time();
  template <class Tell>
  void tell(Tell&& what) {
    for (auto& observer : observers_) what(*observer);
  }

  TrainerOptions options_;
  TrainingTask& task_;
  std::unique_ptr<Optimizer> optimizer_;
  std::uint64_t total_updates_;
  LearningRateSchedule schedule_;
  RandomStream noise_;
  GradientNorm norm_;
  std::optional<WeightAverage> average_;
  std::uint64_t average_begin_ = 0;  // updates before
  std::vector<std::unique_ptr<TrainObserver>> observers_;
  TrainState state_;
  std::uint64_t validated_update_ = 0;
  Evaluation best_;
  bool has_best_ = false;
  std::uint64_t best_update_ = 0;
  std::vector<Matrix> best_values_;
  LastCheckpoint last_checkpoint_;
  Clock::time_point now_;
};

/// What a model file notes of its training: options, epochs, updates, targets, seconds, losses, the
/// best evaluation, why it stopped.
nlohmann::json training_record(const Trainer& trainer);

}  // namespace weft
