// From a model's own probabilities to how often it is right.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <utility>
#include <vector>

namespace weft {

/// A rising step function from the model's probability of a suggestion to the share of suggestions
/// with at least this probability that were what somebody wrote; below the first step, where
/// nothing was measured, it rises from 0 in a straight line.
class Calibration {
 public:
  /// Takes probabilities as they are.
  Calibration() = default;
  /// `steps`: probabilities, rising, and the share; where it falls, the one before counts.
  explicit Calibration(const std::vector<std::pair<double, double>>& steps);
  static Calibration from_json(const nlohmann::json& json);
  nlohmann::json to_json() const;

  bool known() const { return !steps_.empty(); }
  double precision(double probability) const;
  /// The highest there is.
  double most() const { return known() ? steps_.back().second : 1; }
  /// The least probability with at least this precision; above 1 if none has it.
  double least_probability(double precision) const;

 private:
  std::vector<std::pair<double, double>> steps_;  // least probability, precision; both rise
};

}  // namespace weft
