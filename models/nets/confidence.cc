#include "models/nets/confidence.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weft {
Calibration::Calibration(const std::vector<std::pair<double, double>>& steps) {
  for (const auto& step : steps)
    if (steps_.empty() || step.second > steps_.back().second) steps_.push_back(step);
}

Calibration Calibration::from_json(const nlohmann::json& json) {
  Calibration result;
  json.get_to(result.steps_);
  return result;
}

nlohmann::json Calibration::to_json() const { return steps_; }

double Calibration::precision(double probability) const {
  if (!known()) return probability;
  const auto above = std::upper_bound(steps_.begin(), steps_.end(), std::pair(probability, 2.0));
  if (above != steps_.begin()) return std::prev(above)->second;
  return steps_.front().second * probability / steps_.front().first;
}

double Calibration::least_probability(double precision) const {
  if (!known()) return precision;
  for (const auto& [least, share] : steps_)
    if (share >= precision) return least;
  return 2;
}

}  // namespace weft
