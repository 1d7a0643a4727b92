#include "train/search/halving.h"

#include <cmath>

namespace weft {

bool Halving::is_rung(std::size_t validations) const {
  std::size_t rung = static_cast<std::size_t>(first_);
  while (rung < validations) rung *= static_cast<std::size_t>(reduction_);
  return rung == validations;
}

bool Halving::hopeless(const Trial& trial, const std::vector<Trial>& earlier) const {
  const std::size_t validations = trial.course.size();
  if (reduction_ < 2 || first_ < 1 || validations == 0 || !is_rung(validations)) return false;
  const double loss = trial.loss_after(validations);
  std::size_t here = 1, better = 0;
  for (const Trial& other : earlier) {
    const double theirs = other.loss_after(validations);
    if (!std::isfinite(theirs)) continue;
    ++here;
    better += theirs < loss;
  }
  const std::size_t reduction = static_cast<std::size_t>(reduction_);
  return here >= reduction && better >= here / reduction;
}

}  // namespace weft
