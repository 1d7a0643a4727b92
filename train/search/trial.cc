#include "train/search/trial.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace weft {
namespace {

using Json = nlohmann::json;

constexpr std::array kStatuses = {"done", "halved", "unfinished", "failed"};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double as_loss(const Trial& trial, double value) {
  if (std::isnan(value)) return kInfinity;
  return trial.best.higher_is_better ? -value : value;
}

/// JSON has no word for what is not finite.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

double number_of(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

}  // namespace

const char* name(TrialStatus status) { return kStatuses.at(static_cast<std::size_t>(status)); }

double Trial::loss() const {
  return status == TrialStatus::failed || !measured() ? kInfinity : as_loss(*this, best.value);
}

double Trial::loss_after(std::size_t validations) const {
  if (status == TrialStatus::failed) return kInfinity;
  if (course.size() < validations && status != TrialStatus::done) return kInfinity;
  double least = kInfinity;
  for (std::size_t i = 0; i < std::min(validations, course.size()); ++i)
    least = std::min(least, as_loss(*this, course[i]));
  return least;
}

bool better(const Trial& a, const Trial& b) {
  if (!std::isfinite(a.loss())) return false;
  return !std::isfinite(b.loss()) || a.best.better_than(b.best);
}

std::size_t best_trial(const std::vector<Trial>& trials) {
  std::size_t best = trials.size();
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (!std::isfinite(trials[i].loss())) continue;
    if (best == trials.size() || better(trials[i], trials[best])) best = i;
  }
  return best;
}

Json trial_to_json(const Trial& trial, std::size_t index, const SearchSpace& space) {
  Json options = Json::object(), course = Json::array();
  for (std::size_t d = 0; d < trial.setting.size(); ++d)
    options[space.dimensions()[d].option] = trial.setting[d];
  for (const double value : trial.course) course.push_back(number_or_null(value));
  Json json = {{"trial", index + 1},           {"options", options},
               {"status", name(trial.status)}, {"epochs", trial.epochs},
               {"updates", trial.updates},     {"seconds", trial.seconds},
               {"course", std::move(course)}};
  if (!trial.error.empty()) json["error"] = trial.error;
  if (!trial.measured()) return json;
  json["criterion"] = trial.best.criterion;
  json["higher_is_better"] = trial.best.higher_is_better;
  json["value"] = number_or_null(trial.best.value);
  json["measures"] = trial.best.measures;
  return json;
}

Trial trial_from_json(const Json& json, const SearchSpace& space) {
  Trial trial;
  const Json& options = json.at("options");
  for (const SearchDimension& dimension : space.dimensions())
    trial.setting.push_back(options.at(dimension.option).get<std::string>());
  if (options.size() != space.dimensions().size() || !space.contains(trial.setting))
    throw UserError("its options are not among those of the search");
  const auto status = std::find(kStatuses.begin(), kStatuses.end(), json.at("status"));
  if (status == kStatuses.end()) throw UserError("its status is unknown");
  trial.status = static_cast<TrialStatus>(status - kStatuses.begin());
  for (const Json& value : json.at("course")) trial.course.push_back(number_of(value));
  trial.epochs = json.at("epochs").get<std::int64_t>();
  trial.updates = json.at("updates").get<std::int64_t>();
  trial.seconds = json.at("seconds").get<double>();
  trial.error = json.value("error", "");
  if (!json.contains("measures")) return trial;
  trial.best.criterion = json.at("criterion").get<std::string>();
  trial.best.higher_is_better = json.at("higher_is_better").get<bool>();
  trial.best.value = number_of(json.at("value"));
  trial.best.measures = json.at("measures");
  return trial;
}

}  // namespace weft
