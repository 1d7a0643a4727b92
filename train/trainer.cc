#include "train/trainer.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/json_options.h"
#include "train/nt_asgd.h"
#include "train/stopping.h"

namespace weft {
namespace {

std::uint64_t planned_updates(const TrainerOptions& options, const TrainingTask& task) {
  const std::uint64_t by_epochs = static_cast<std::uint64_t>(options.epochs) * task.epoch_updates();
  const std::uint64_t limit = static_cast<std::uint64_t>(options.max_updates);
  if (by_epochs == 0 || limit == 0) return std::max(by_epochs, limit);
  return std::min(by_epochs, limit);
}

}  // namespace

void TrainerOptions::visit(OptionVisitor& v) {
  v.integer("epochs", epochs, 1, 1000000, "passes over the training data");
  v.integer("max-updates", max_updates, 0, INT64_MAX, "updates after which to stop; 0: no limit");
  v.number("time-limit", time_limit, 0, 1e9, "minutes after which to stop; 0: no limit");
  v.number("clip", clip, 0, 1e30, "gradients with a larger global norm are shortened; 0: off");
  v.number("average-decay", average_decay, 0, 1,
           "validate and keep a moving average of the weights, which decays so much an update; 1: "
           "the mean of all");
  v.integer("nt-asgd", nt_asgd, 0, 1000000,
            "keep the mean of the weights from when a validation is worse than the best of those "
            "that so many precede; 0: never");
  v.choice("precision", precision, {"f32", "bf16"},
           "of matrix products in training; bf16 rounds their operands, which is faster on a "
           "processor that multiplies bfloat16");
  v.integer("validate-every", validate_every, 0, INT64_MAX,
            "updates from one validation to the next; 0: once an epoch");
  v.integer("patience", patience, 0, 1000000,
            "stop after so many validations in a row without improvement; 0: never");
  optimizer.visit(v);
  schedule.visit(v);
}

const char* name(StopReason reason) {
  static constexpr const char* names[] = {"",     "epochs",      "updates", "patience",
                                          "time", "interrupted", "halving"};
  return names[static_cast<std::size_t>(reason)];
}

Trainer::Trainer(const TrainerOptions& options, TrainingTask& task)
    : options_(options),
      task_(task),
      optimizer_(Optimizer::make(options.optimizer, task.model().parameters())),
      total_updates_(planned_updates(options, task)),
      schedule_(options.schedule, total_updates_),
      noise_(options.seed, "dropout") {
  if (options_.average_decay > 0)
    average_.emplace(task.model().parameters(), options_.average_decay);
  if (options_.nt_asgd > 0 && !average_)
    add(std::make_unique<NonMonotoneTrigger>(options_.nt_asgd));
  if (options_.patience > 0) add(std::make_unique<EarlyStopping>(options_.patience));
  if (options_.time_limit > 0) add(std::make_unique<TimeLimit>(options_.time_limit));
}

void Trainer::add(std::unique_ptr<TrainObserver> observer) {
  observers_.push_back(std::move(observer));
}

void Trainer::begin_average() {
  if (average_) return;
  average_.emplace(task_.model().parameters(), 1);
  average_begin_ = state_.update;
}

void Trainer::run(const std::atomic<bool>& interrupt) {
  Gradients gradients(task_.model().parameters());
  Tape tape(gradients, noise_);
  now_ = Clock::now();
  state_.stop = StopReason::none;
  tell([this](TrainObserver& observer) { observer.begin(*this); });
  check_limits(interrupt);
  while (state_.stop == StopReason::none) {
    if (step(tape, gradients)) {
      tell([this](TrainObserver& observer) { observer.updated(*this); });
      if (validation_due()) validate();
    } else {
      end_epoch();
    }
    check_limits(interrupt);
    tell([this](TrainObserver& observer) { observer.settled(*this); });
  }
  finish();
}

/// One update; false if the epoch has no further batch.
bool Trainer::step(Tape& tape, Gradients& gradients) {
  const Clock::time_point start = Clock::now();
  if (!task_.next_batch()) return false;
  if (state_.epoch_updates == 0) state_.epoch_loss = 0;  // that of the last epoch until now
  state_.learning_rate = schedule_.rate(state_.update, state_.epoch) * task_.rate_factor();
  const kernels::PrecisionScope precision(options_.precision);
  tape.reset();
  const Var loss = task_.loss(tape);
  state_.loss = static_cast<double>(loss.value()(0, 0));
  if (!std::isfinite(state_.loss))
    throw DivergenceError(state_.update + 1, state_.learning_rate, last_checkpoint_.path);
  if (options_.clip == 0) optimizer_->descend_in_backward(gradients, state_.learning_rate);
  tape.backward(loss);
  optimizer_->step(gradients, state_.learning_rate, clip_scale(gradients));

  const std::uint64_t targets = task_.batch_targets();
  ++state_.update;
  if (average_) average_->update(state_.update - average_begin_);
  ++state_.epoch_updates;
  state_.targets += targets;
  state_.epoch_targets += targets;
  if (targets > 0)
    state_.epoch_loss += (state_.loss - state_.epoch_loss) * static_cast<double>(targets) /
                         static_cast<double>(state_.epoch_targets);
  count_time();
  state_.train_seconds += std::chrono::duration<double>(now_ - start).count();
  return true;
}

/// By what the gradient must be multiplied to have at most the norm allowed.
double Trainer::clip_scale(const Gradients& gradients) {
  state_.gradient_norm = norm_(gradients);
  if (!std::isfinite(state_.gradient_norm))
    throw DivergenceError(state_.update + 1, state_.learning_rate, last_checkpoint_.path);
  if (options_.clip == 0 || state_.gradient_norm <= options_.clip) return 1;
  return options_.clip / state_.gradient_norm;
}

void Trainer::end_epoch() {
  if (state_.epoch_updates == 0)
    throw UserError("there is nothing to train on; check the training data");
  ++state_.epoch;
  state_.epoch_updates = 0;
  state_.epoch_targets = 0;
  if (options_.validate_every == 0) validate();
  tell([this](TrainObserver& observer) { observer.epoch_ended(*this); });
}

bool Trainer::validation_due() const {
  return options_.validate_every > 0 &&
         state_.update % static_cast<std::uint64_t>(options_.validate_every) == 0;
}

void Trainer::validate() {
  if (average_) average_->swap();
  const Evaluation evaluation = task_.validate();
  validated_update_ = state_.update;
  count_time();
  // A measure that is not a number is never the best, and nothing would be better than it.
  const bool measured = !evaluation.measures.is_null();
  const bool best =
      measured && std::isfinite(evaluation.value) && (!has_best_ || evaluation.better_than(best_));
  if (best) take_best(evaluation);
  if (average_) average_->swap();
  if (!measured) return;
  schedule_.validated(best);
  tell([&](TrainObserver& observer) { observer.validated(*this, evaluation, best); });
}

void Trainer::take_best(const Evaluation& evaluation) {
  const ParameterStore& store = task_.model().parameters();
  best_ = evaluation;
  best_update_ = state_.update;
  has_best_ = true;
  best_values_.resize(store.size());
  for (const Parameter& parameter : store) best_values_[parameter.index] = parameter.value;
}

void Trainer::check_limits(bool interrupted) {
  const std::uint64_t limit = static_cast<std::uint64_t>(options_.max_updates);
  if (interrupted) stop(StopReason::interrupted);
  if (limit > 0 && state_.update >= limit) stop(StopReason::updates);
  if (state_.epoch >= options_.epochs) stop(StopReason::epochs);
}

/// After the last checkpoint: what happens here is not part of what a resumed run goes on from.
void Trainer::finish() {
  if (state_.stop != StopReason::interrupted && validated_update_ != state_.update) validate();
  if (has_best_) {
    for (Parameter& parameter : task_.model().parameters())
      parameter.value = best_values_[parameter.index];
  } else if (average_) {
    average_->swap();
  }
  count_time();
  tell([this](TrainObserver& observer) { observer.ended(*this); });
}

void Trainer::count_time() {
  const Clock::time_point before = now_;
  now_ = Clock::now();
  state_.seconds += std::chrono::duration<double>(now_ - before).count();
}

}  // namespace weft
