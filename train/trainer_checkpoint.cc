// What a trainer keeps between two runs, and what it notes of itself in a model file.
#include "base/error.h"
#include "base/json_options.h"
#include "train/trainer.h"

namespace weft {
namespace {

using Json = nlohmann::json;

Json to_json(const TrainState& state) {
  return {{"epoch", state.epoch},
          {"update", state.update},
          {"targets", state.targets},
          {"loss", state.loss},
          {"epoch_loss", state.epoch_loss},
          {"epoch_targets", state.epoch_targets},
          {"epoch_updates", state.epoch_updates},
          {"gradient_norm", state.gradient_norm},
          {"learning_rate", state.learning_rate},
          {"train_seconds", state.train_seconds},
          {"seconds", state.seconds}};
}

TrainState state_from_json(const Json& json) {
  TrainState state;
  state.epoch = json.at("epoch").get<int>();
  state.update = json.at("update").get<std::uint64_t>();
  state.targets = json.at("targets").get<std::uint64_t>();
  state.loss = json.at("loss").get<double>();
  state.epoch_loss = json.at("epoch_loss").get<double>();
  state.epoch_targets = json.at("epoch_targets").get<std::uint64_t>();
  state.epoch_updates = json.at("epoch_updates").get<std::uint64_t>();
  state.gradient_norm = json.at("gradient_norm").get<double>();
  state.learning_rate = json.at("learning_rate").get<double>();
  state.train_seconds = json.at("train_seconds").get<double>();
  state.seconds = json.at("seconds").get<double>();
  return state;
}

Json to_json(const Evaluation& evaluation) {
  return {{"measures", evaluation.measures},
          {"criterion", evaluation.criterion},
          {"value", evaluation.value},
          {"higher_is_better", evaluation.higher_is_better}};
}

Evaluation evaluation_from_json(const Json& json) {
  return {json.at("measures"), json.at("criterion").get<std::string>(),
          json.at("value").get<double>(), json.at("higher_is_better").get<bool>()};
}

}  // namespace

Json Trainer::checkpoint() const {
  Json observers = Json::object();
  for (const auto& observer : observers_)
    if (!observer->key().empty()) observers[observer->key()] = observer->state();
  return {{"state", to_json(state_)},
          {"optimizer_steps", optimizer_->steps()},
          {"schedule", schedule_.state()},
          {"noise", noise_.state()},
          {"validated_update", validated_update_},
          {"best", has_best_ ? to_json(best_) : Json(nullptr)},
          {"best_update", best_update_},
          {"average_begin", average_ ? Json(average_begin_) : Json(nullptr)},
          {"task", task_.state()},
          {"observers", std::move(observers)}};
}

std::vector<Optimizer::NamedState> Trainer::checkpoint_matrices() {
  std::vector<Optimizer::NamedState> result;
  for (const auto& state : optimizer_->state())
    result.push_back({"optimizer/" + state.name, state.value});
  const ParameterStore& store = task_.model().parameters();
  if (average_)
    for (std::size_t i = 0; i < store.size(); ++i)
      result.push_back({"average/" + store[i].name, &average_->values()[i]});
  for (std::size_t i = 0; i < best_values_.size(); ++i)
    result.push_back({"best/" + store[i].name, &best_values_[i]});
  return result;
}

void Trainer::restore(const Json& checkpoint) {
  try {
    state_ = state_from_json(checkpoint.at("state"));
    optimizer_->set_steps(checkpoint.at("optimizer_steps").get<std::uint64_t>());
    schedule_.restore(checkpoint.at("schedule"));
    noise_.set_state(checkpoint.at("noise").get<RandomStream::State>());
    validated_update_ = checkpoint.at("validated_update").get<std::uint64_t>();
    best_update_ = checkpoint.at("best_update").get<std::uint64_t>();
    has_best_ = !checkpoint.at("best").is_null();
    if (has_best_) best_ = evaluation_from_json(checkpoint.at("best"));
    if (!checkpoint.at("average_begin").is_null()) {
      begin_average();
      average_begin_ = checkpoint.at("average_begin").get<std::uint64_t>();
    }
    task_.restore(checkpoint.at("task"));
    const auto& observers = checkpoint.at("observers").get_ref<const Json::object_t&>();
    for (auto& observer : observers_) {
      const auto found = observers.find(observer->key());
      if (!observer->key().empty() && found != observers.end()) observer->restore(found->second);
    }
  } catch (const Json::exception&) {
    throw UserError("the checkpoint's record of the training is damaged; use another checkpoint");
  }
  best_values_.clear();
  if (!has_best_) return;
  for (const Parameter& parameter : task_.model().parameters())
    best_values_.emplace_back(parameter.rows, parameter.columns, arma::fill::zeros);
}

Json training_record(const Trainer& trainer) {
  const TrainState& state = trainer.state();
  TrainerOptions options = trainer.options();
  Json record = {{"options", options_to_json(options)},
                 {"seed", options.seed},
                 {"epochs", state.epoch},
                 {"updates", state.update},
                 {"targets", state.targets},
                 {"seconds", state.seconds},
                 {"train_seconds", state.train_seconds},
                 {"train_loss", state.epoch_loss},
                 {"stopped", name(state.stop)}};
  if (trainer.has_best()) {
    record["valid"] = trainer.best().measures;
    record["criterion"] = trainer.best().criterion;
    record["best_update"] = trainer.best_update();
  }
  return record;
}

}  // namespace weft
