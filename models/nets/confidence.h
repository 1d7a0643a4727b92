// From a model's own probabilities to how often it is right.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <utility>
#include <vector>

namespace weft {

/// A rising step function from the model's probability of a suggestion to the share of such
/// suggestions that were what somebody wrote: isotonic regression by pooling adjacent violators
/// (Ayer et al. 1955; Zadrozny & Elkan 2002).
class Calibration {
 public:
  /// Takes probabilities as they are.
  Calibration() = default;
  /// `seen`: probability, and whether the suggestion was right. A share is that of a step's
  /// suggestions and a wrong one more, as a step may be small.
  static Calibration fit(std::vector<std::pair<double, bool>> seen);
  static Calibration from_json(const nlohmann::json& json);
  nlohmann::json to_json() const;

  bool known() const { return !steps_.empty(); }
  double precision(double probability) const;
  /// The least probability with at least this precision; above 1 if none has it.
  double least_probability(double precision) const;

 private:
  std::vector<std::pair<double, double>> steps_;  // least probability, precision; both rise
};

}  // namespace weft
