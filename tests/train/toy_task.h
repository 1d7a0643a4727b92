// A model and a task small enough to follow by hand: y = w · x with one weight.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "models/core/ops.h"
#include "train/trainer.h"

namespace weft {

class ToyModel : public Model {
 public:
  ToyModel() : Model(nullptr), weight_(parameters_.add("weight", 1, 1, Initializer::constant(0))) {
    parameters_.initialize(1);
  }
  std::string kind() const override { return "toy"; }
  nlohmann::json architecture() const override { return nullptr; }
  std::vector<double> fingerprint(const std::string&) const override { return {}; }
  Parameter& weight() { return weight_; }
  double value() const { return static_cast<double>(weight_.value(0, 0)); }

 private:
  Parameter& weight_;
};

/// Loss (w x − t)²: gradient 2 x (w x − t). Validation values come from a list.
class ToyTask : public TrainingTask {
 public:
  ToyModel toy;
  int batches = 4;  // an epoch
  double x = 1, target = 1;
  std::uint64_t targets = 3;          // a batch claims to have
  std::vector<double> validation;     // values in order; the last is repeated; empty: none
  std::function<void()> before_loss;  // called in each step
  int validations = 0;

  Model& model() override { return toy; }
  bool next_batch() override {
    if (position_ == batches) {
      position_ = 0;
      return false;
    }
    ++position_;
    return true;
  }
  Var loss(Tape& tape) override {
    if (before_loss) before_loss();
    input_ = Matrix(1, 1, arma::fill::value(static_cast<real>(x)));
    target_ = Matrix(1, 1, arma::fill::value(static_cast<real>(target)));
    const Var y = affine(tape, tape.parameter(toy.weight()), tape.constant(input_));
    return squared_error(tape, y, target_);
  }
  std::uint64_t batch_targets() const override { return targets; }
  std::uint64_t epoch_targets() const override {
    return targets * static_cast<std::uint64_t>(batches);
  }
  std::uint64_t epoch_updates() const override { return static_cast<std::uint64_t>(batches); }
  Evaluation validate() override {
    if (validation.empty()) return {};
    const std::size_t index =
        std::min(static_cast<std::size_t>(validations++), validation.size() - 1);
    Evaluation evaluation;
    evaluation.value = validation[index];
    evaluation.measures = {{"loss", evaluation.value}, {"weight", toy.value()}};
    evaluation.criterion = "loss";
    return evaluation;
  }
  nlohmann::json state() const override { return position_; }
  void restore(const nlohmann::json& state) override { position_ = state.get<int>(); }
  std::vector<std::string> self_test_inputs() const override { return {}; }

 private:
  int position_ = 0;
  Matrix input_, target_;
};

/// Plain gradient descent, no clipping.
inline TrainerOptions plain_options(double learning_rate = 0.1) {
  TrainerOptions options;
  options.clip = 0;
  options.optimizer.kind = OptimizerKind::sgd;
  options.schedule.learning_rate = learning_rate;
  return options;
}

/// Calls functions instead of overriding them.
class SpyObserver : public TrainObserver {
 public:
  std::function<void(Trainer&)> on_update, on_settled, on_end;
  std::vector<std::string>* calls = nullptr;

  void begin(Trainer&) override { note("begin"); }
  void updated(Trainer& trainer) override {
    note("updated");
    if (on_update) on_update(trainer);
  }
  void validated(Trainer&, const Evaluation&, bool best) override {
    note(best ? "validated best" : "validated");
  }
  void epoch_ended(Trainer&) override { note("epoch ended"); }
  void settled(Trainer& trainer) override {
    note("settled");
    if (on_settled) on_settled(trainer);
  }
  void ended(Trainer& trainer) override {
    note("ended");
    if (on_end) on_end(trainer);
  }

 private:
  void note(const char* call) {
    if (calls) calls->push_back(call);
  }
};

inline const std::atomic<bool> kNoInterrupt{false};

}  // namespace weft
