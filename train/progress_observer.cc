#include "train/progress_observer.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace weft {
namespace {

double share_done(Trainer& trainer) {
  const TrainState& state = trainer.state();
  const TrainerOptions& options = trainer.options();
  double share = 0;
  if (trainer.total_updates() > 0) {
    share = static_cast<double>(state.update) / static_cast<double>(trainer.total_updates());
  } else {
    const double epoch = static_cast<double>(trainer.task().epoch_targets());
    const double part = epoch > 0 ? static_cast<double>(state.epoch_targets) / epoch : 0;
    share = (state.epoch + std::min(1.0, part)) / options.epochs;
  }
  if (options.time_limit > 0) share = std::max(share, state.seconds / (60 * options.time_limit));
  return std::min(1.0, share);
}

std::string duration(double seconds) {
  const auto whole = [](double number) { return std::to_string(std::llround(number)); };
  if (seconds < 90) return whole(seconds) + " s";
  if (seconds < 90 * 60) return whole(seconds / 60) + " min";
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << seconds / 3600 << " h";
  return text.str();
}

}  // namespace

void ReportWindow::begin(const TrainState& state) {
  last_targets_ = state.targets;
  last_seconds_ = state.train_seconds;
}

void ReportWindow::add(const TrainState& state) {
  const double targets = static_cast<double>(state.targets - last_targets_);
  nats_ += state.loss * targets;
  targets_ += targets;
  seconds_ += state.train_seconds - last_seconds_;
  begin(state);
}

void ReportWindow::restore(const nlohmann::json& state) {
  nats_ = state.at(0).get<double>();
  targets_ = state.at(1).get<double>();
  seconds_ = state.at(2).get<double>();
}

std::string progress_text(const Progress& progress) {
  std::ostringstream text;
  text << "epoch " << progress.epoch << "/" << progress.epochs << ", update " << progress.update;
  if (progress.total_updates > 0) text << "/" << progress.total_updates;
  text << ": loss " << std::fixed << std::setprecision(4) << progress.loss << ", "
       << std::setprecision(0) << progress.targets_per_second << " targets/s, learning rate "
       << std::defaultfloat << std::setprecision(4) << progress.learning_rate;
  if (progress.seconds_left >= 0) text << ", " << duration(progress.seconds_left) << " left";
  return text.str();
}

std::string validation_text(const TrainState& state, const Evaluation& evaluation, bool best) {
  std::ostringstream text;
  text << "validation after update " << state.update << ": " << evaluation.criterion << " "
       << std::setprecision(5) << evaluation.value;
  if (best) text << " (best so far)";
  if (evaluation.criterion != "loss") {
    const auto loss = evaluation.measures.find("loss");
    if (loss != evaluation.measures.end() && loss->is_number())
      text << ", loss " << loss->get<double>();
  }
  return text.str();
}

ProgressObserver::ProgressObserver(double every_seconds, std::function<void(const Progress&)> show,
                                   LogSink log)
    : every_seconds_(every_seconds), show_(std::move(show)), log_(std::move(log)) {}

void ProgressObserver::begin(Trainer& trainer) {
  window_.begin(trainer.state());
  reported_ = first_seconds_ = trainer.state().seconds;
  first_share_ = share_done(trainer);
}

void ProgressObserver::updated(Trainer& trainer) {
  window_.add(trainer.state());
  if (trainer.state().seconds - reported_ >= every_seconds_) report(trainer);
}

void ProgressObserver::validated(Trainer& trainer, const Evaluation& evaluation, bool best) {
  if (!window_.empty()) report(trainer);
  log_(validation_text(trainer.state(), evaluation, best));
}

void ProgressObserver::ended(Trainer& trainer) {
  if (!window_.empty()) report(trainer);
}

void ProgressObserver::report(Trainer& trainer) {
  const TrainState& state = trainer.state();
  Progress progress;
  progress.epochs = trainer.options().epochs;
  progress.epoch = std::min(progress.epochs, state.epoch + (state.epoch_updates > 0 ? 1 : 0));
  progress.update = state.update;
  progress.total_updates = trainer.total_updates();
  progress.loss = window_.loss();
  progress.targets_per_second = window_.targets_per_second();
  progress.learning_rate = state.learning_rate;
  progress.share = share_done(trainer);
  progress.seconds = state.seconds;
  const double done = progress.share - first_share_;
  if (done > 0)
    progress.seconds_left = (state.seconds - first_seconds_) * (1 - progress.share) / done;
  show_(progress);
  window_.clear();
  reported_ = state.seconds;
}

}  // namespace weft
