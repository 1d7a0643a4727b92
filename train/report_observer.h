// The learning curves of a training, as a page.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "train/report/report.h"
#include "train/trainer.h"

namespace weft {

/// A curve of at most kPoints points: with more, neighbours are averaged, so that a training of any
/// length costs the same.
class Curve {
 public:
  static constexpr std::size_t kPoints = 400;  // even
  void add(double x, double y, double weight = 1);
  /// The point being averaged included.
  std::vector<std::pair<double, double>> points() const;
  nlohmann::json state() const;
  void restore(const nlohmann::json& state);

 private:
  std::vector<std::pair<double, double>> points_;
  std::uint64_t every_ = 1;  // values a point
  std::uint64_t count_ = 0;  // in the point being made
  double x_ = 0, sum_ = 0, weight_ = 0;
};

/// What there is to see of a training; values by number of updates.
struct LearningCurves {
  Curve train_loss, learning_rate, gradient_norm;
  std::vector<std::pair<double, double>> valid_loss;  // if the measures have a `loss`
  std::vector<std::pair<double, double>> bleu;        // if they have a `bleu`
  std::vector<std::pair<double, double>> criterion;
  std::string criterion_name;
};

/// Charts of the curves: losses, the criterion, learning rate and gradient norm.
void add_learning_curves(Report& report, const LearningCurves& curves);
/// A table of what was trained, how long, and the best evaluation.
void add_training_table(Report& report, const Trainer& trainer);

/// Collects the curves, and writes the page after each validation and, with what the task can show,
/// at the end, atomically. If that fails during training, `log` says why once, and training goes
/// on; failure() says it after.
class ReportObserver : public TrainObserver {
 public:
  /// `path` empty: only collects, for a caller that makes a page of its own.
  ReportObserver(std::string path, std::string title, LogSink log);

  /// Throws UserError if no file can be written at the path.
  void begin(Trainer& trainer) override;
  void updated(Trainer& trainer) override;
  void validated(Trainer& trainer, const Evaluation& evaluation, bool best) override;
  void ended(Trainer& trainer) override;
  std::string key() const override { return "report"; }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

  const LearningCurves& curves() const { return curves_; }
  /// Why the page could not be written the last time; empty if it could.
  const std::string& failure() const { return failure_; }

 private:
  void write(Trainer& trainer, bool finished);

  std::string path_, title_;
  LogSink log_;
  LearningCurves curves_;
  std::string failure_;
};

}  // namespace weft
