#include "models/nets/confidence.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weft {
namespace {

/// Suggestions of neighbouring probabilities.
struct Pool {
  double least = 0;
  double right = 0, count = 0;
  double share() const { return right / (count + 1); }
};

}  // namespace

Calibration Calibration::fit(std::vector<std::pair<double, bool>> seen) {
  constexpr double kFewest = 20;
  std::sort(seen.begin(), seen.end());
  std::vector<Pool> pools;
  for (const auto& [probability, right] : seen) {
    if (pools.empty() || (pools.back().count >= kFewest && probability > pools.back().least))
      pools.push_back({probability, 0, 0});
    pools.back().right += right;
    ++pools.back().count;
  }
  std::vector<Pool> rising;
  for (Pool pool : pools) {
    while (!rising.empty() && rising.back().share() >= pool.share()) {
      pool = {rising.back().least, rising.back().right + pool.right,
              rising.back().count + pool.count};
      rising.pop_back();
    }
    rising.push_back(pool);
  }
  Calibration result;
  for (const Pool& pool : rising) result.steps_.emplace_back(pool.least, pool.share());
  return result;
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
  return above == steps_.begin() ? 0 : std::prev(above)->second;
}

double Calibration::least_probability(double precision) const {
  if (!known()) return precision;
  for (const auto& [least, share] : steps_)
    if (share >= precision) return least;
  return 2;
}

}  // namespace weft
