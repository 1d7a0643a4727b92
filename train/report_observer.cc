#include "train/report_observer.h"

#include <cmath>
#include <sstream>

#include "base/error.h"
#include "base/file.h"

namespace weft {
namespace {

using Json = nlohmann::json;
using Points = std::vector<std::pair<double, double>>;

std::string number_text(double value) {
  std::ostringstream text;
  text.precision(5);
  text << value;
  return text.str();
}

std::string spaced(std::string name) {
  for (char& c : name)
    if (c == '_') c = ' ';
  return name;
}

}  // namespace

void Curve::add(double x, double y, double weight) {
  if (!std::isfinite(y) || weight <= 0) return;
  x_ = x;
  sum_ += weight * y;
  weight_ += weight;
  if (++count_ < every_) return;
  points_.emplace_back(x_, sum_ / weight_);
  count_ = 0;
  sum_ = weight_ = 0;
  if (points_.size() < kPoints) return;
  for (std::size_t i = 0; i < kPoints / 2; ++i)
    points_[i] = {points_[2 * i + 1].first,
                  (points_[2 * i].second + points_[2 * i + 1].second) / 2};
  points_.resize(kPoints / 2);
  every_ *= 2;
}

Points Curve::points() const {
  Points all = points_;
  if (count_ > 0) all.emplace_back(x_, sum_ / weight_);
  return all;
}

Json Curve::state() const {
  return {{"points", points_}, {"every", every_}, {"count", count_},
          {"x", x_},           {"sum", sum_},     {"weight", weight_}};
}

void Curve::restore(const Json& state) {
  points_ = state.at("points").get<Points>();
  every_ = state.at("every").get<std::uint64_t>();
  count_ = state.at("count").get<std::uint64_t>();
  x_ = state.at("x").get<double>();
  sum_ = state.at("sum").get<double>();
  weight_ = state.at("weight").get<double>();
}

namespace {

LineChart validation_chart(const std::string& name, const Points& points) {
  return {"Validation: " + name, "updates", name, {{name, points}}, name == "perplexity"};
}

}  // namespace

void add_learning_curves(Report& report, const LearningCurves& curves) {
  LineChart loss{"Loss, nats a target", "updates", "loss", {}, false};
  loss.series.push_back({"training", curves.train_loss.points()});
  if (!curves.valid_loss.empty()) loss.series.push_back({"validation", curves.valid_loss});
  report.blocks.push_back(std::move(loss));
  if (!curves.criterion.empty() && curves.criterion_name != "loss")
    report.blocks.push_back(validation_chart(spaced(curves.criterion_name), curves.criterion));
  if (!curves.bleu.empty() && curves.criterion_name != "bleu")
    report.blocks.push_back(validation_chart("BLEU", curves.bleu));
  report.blocks.push_back(LineChart{"Learning rate",
                                    "updates",
                                    "learning rate",
                                    {{"learning rate", curves.learning_rate.points()}},
                                    false});
  report.blocks.push_back(LineChart{"Norm of the gradient, before clipping",
                                    "updates",
                                    "norm",
                                    {{"gradient norm", curves.gradient_norm.points()}},
                                    true});
}

void add_training_table(Report& report, const Trainer& trainer) {
  const TrainState& state = trainer.state();
  ReportTable table{{"", "value"}, {}};
  table.rows.push_back({"epochs finished", std::to_string(state.epoch)});
  table.rows.push_back({"updates", std::to_string(state.update)});
  table.rows.push_back({"targets", std::to_string(state.targets)});
  table.rows.push_back({"minutes", number_text(state.seconds / 60)});
  table.rows.push_back(
      {"targets a second", number_text(std::round(static_cast<double>(state.targets) /
                                                  std::max(1e-9, state.train_seconds)))});
  if (trainer.has_best()) {
    table.rows.push_back({"best at update", std::to_string(trainer.best_update())});
    for (const auto& [key, value] : trainer.best().measures.items())
      if (value.is_number()) table.rows.push_back({spaced(key), number_text(value.get<double>())});
  }
  if (state.stop != StopReason::none) table.rows.push_back({"stopped by", name(state.stop)});
  report.blocks.push_back(std::move(table));
}

ReportObserver::ReportObserver(std::string path, std::string title, LogSink log)
    : path_(std::move(path)), title_(std::move(title)), log_(std::move(log)) {}

void ReportObserver::begin(Trainer&) {
  if (!path_.empty()) require_writable(path_);
}

void ReportObserver::updated(Trainer& trainer) {
  const TrainState& state = trainer.state();
  const double x = static_cast<double>(state.update);
  curves_.train_loss.add(x, state.loss, static_cast<double>(trainer.task().batch_targets()));
  curves_.learning_rate.add(x, state.learning_rate);
  curves_.gradient_norm.add(x, state.gradient_norm);
}

void ReportObserver::validated(Trainer& trainer, const Evaluation& evaluation, bool) {
  const double x = static_cast<double>(trainer.state().update);
  const auto draw = [&](const char* key, Points& points) {
    const auto found = evaluation.measures.find(key);
    if (found != evaluation.measures.end() && found->is_number() &&
        std::isfinite(found->get<double>()))
      points.emplace_back(x, found->get<double>());
  };
  draw("loss", curves_.valid_loss);
  draw("bleu", curves_.bleu);
  if (std::isfinite(evaluation.value)) curves_.criterion.emplace_back(x, evaluation.value);
  curves_.criterion_name = evaluation.criterion;
  write(trainer, /*finished=*/false);
}

void ReportObserver::ended(Trainer& trainer) { write(trainer, /*finished=*/true); }

Json ReportObserver::state() const {
  return {{"train_loss", curves_.train_loss.state()},
          {"learning_rate", curves_.learning_rate.state()},
          {"gradient_norm", curves_.gradient_norm.state()},
          {"valid_loss", curves_.valid_loss},
          {"bleu", curves_.bleu},
          {"criterion", curves_.criterion},
          {"criterion_name", curves_.criterion_name}};
}

void ReportObserver::restore(const Json& state) {
  curves_.train_loss.restore(state.at("train_loss"));
  curves_.learning_rate.restore(state.at("learning_rate"));
  curves_.gradient_norm.restore(state.at("gradient_norm"));
  curves_.valid_loss = state.at("valid_loss").get<Points>();
  curves_.bleu = state.value("bleu", Points());
  curves_.criterion = state.at("criterion").get<Points>();
  curves_.criterion_name = state.at("criterion_name").get<std::string>();
}

void ReportObserver::write(Trainer& trainer, bool finished) {
  if (path_.empty()) return;
  Report report{title_, {}};
  add_training_table(report, trainer);
  add_learning_curves(report, curves_);
  if (finished) trainer.task().illustrate(report);
  try {
    write_report(path_, report);
    failure_.clear();
  } catch (const UserError& error) {
    if (failure_.empty()) log_(std::string("no report: ") + error.what() + "; training goes on");
    failure_ = error.what();
  }
}

}  // namespace weft
