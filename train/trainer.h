// The training loop. Everything but the loop itself is done by observers.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/task.h"

namespace weft {

struct TrainerOptions {
  int epochs = 10;
  std::int64_t max_updates = 0;  // 0: no limit
  double time_limit = 0;         // minutes of wall time, 0: no limit
  double clip = 5;               // global gradient norm (Pascanu et al. 2013), 0: off
  std::int64_t validate_every = 0;  // updates; 0: at the end of each epoch
  int patience = 0;              // validations without improvement before stopping; 0: never
  std::uint64_t seed = 1;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  void visit(OptionVisitor& v);
};

enum class StopReason { none, epochs, updates, patience, time, interrupted };
const char* name(StopReason reason);

/// Where a training stands.
struct TrainState {
  int epoch = 0;              // finished ones
  std::uint64_t update = 0;   // finished ones
  std::uint64_t targets = 0;  // trained on, in all
  double loss = 0;            // of the last batch
  double epoch_loss = 0;      // mean over this epoch so far
  std::uint64_t epoch_targets = 0;
  double gradient_norm = 0;
  double learning_rate = 0;
  double train_seconds = 0;  // in steps alone: validation and saving left out
  double seconds = 0;        // wall time of this and resumed runs
  StopReason stop = StopReason::none;
};

class Trainer;

/// Told about every step; may ask the trainer to validate, or to stop.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void begin(Trainer&) {}
  virtual void updated(Trainer&) {}
  virtual void validated(Trainer&, const Evaluation&, bool /*best*/) {}
  virtual void epoch_ended(Trainer&) {}
  virtual void ended(Trainer&) {}
};

class Trainer {
 public:
  Trainer(const TrainerOptions& options, TrainingTask& task);
  /// Observers are told in the order they were added.
  void add(std::unique_ptr<TrainObserver> observer);
  /// Until epochs, updates, time or patience are used up, or `interrupt` becomes true. The best
  /// model seen (by the task's criterion) is in the task's model afterwards; without validation the
  /// last. Throws DivergenceError if the loss stops being finite.
  void run(const std::atomic<bool>& interrupt);
  void stop(StopReason reason) { if (state_.stop == StopReason::none) state_.stop = reason; }

  const TrainState& state() const { return state_; }
  const TrainerOptions& options() const { return options_; }
  TrainingTask& task() { return task_; }
  Optimizer& optimizer() { return *optimizer_; }
  const Evaluation& best() const { return best_; }
  bool has_best() const { return has_best_; }
  /// The best model's values, in the order of the store; empty before the first validation.
  const std::vector<Matrix>& best_values() const { return best_values_; }

  /// Everything that decides the rest of the run, apart from matrices: for checkpoints.
  nlohmann::json checkpoint() const;
  void restore(const nlohmann::json& checkpoint);

 private:
  void step(Tape& tape, Gradients& gradients);
  void validate();

  TrainerOptions options_;
  TrainingTask& task_;
  std::unique_ptr<Optimizer> optimizer_;
  LearningRateSchedule schedule_;
  RandomStream noise_;
  std::vector<std::unique_ptr<TrainObserver>> observers_;
  TrainState state_;
  Evaluation best_;
  bool has_best_ = false;
  std::vector<Matrix> best_values_;
};

}  // namespace weft
