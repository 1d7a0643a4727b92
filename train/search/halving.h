// Hopeless trials of a hyper-parameter search, stopped early.
#pragma once

#include <cstdint>
#include <vector>

#include "train/search/trial.h"

namespace weft {

/// Successive halving without waiting (ASHA, Li et al. 2020, in its form that stops): at rungs of
/// first, first·reduction, first·reduction², … validations a trial goes on only if it is among the
/// best 1/reduction of all that came so far. A trial that trained to its end counts at the later
/// rungs with its best. While fewer than `reduction` trials have come to a rung, nobody stops
/// there.
class Halving {
 public:
  /// `reduction` 0: nobody is stopped.
  Halving(std::int64_t first, std::int64_t reduction) : first_(first), reduction_(reduction) {}

  /// Whether the trial that has just been validated for the course.size()-th time should stop.
  bool hopeless(const Trial& trial, const std::vector<Trial>& earlier) const;

 private:
  bool is_rung(std::size_t validations) const;

  std::int64_t first_, reduction_;
};

}  // namespace weft
