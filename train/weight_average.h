// The average of a model's weights over its updates, which often answers better than the weights
// themselves (Polyak & Juditsky 1992).
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/parameter.h"

namespace weft {

/// After update n: average ← d · average + (1 − d) · weights. With a decay below 1, d is the
/// smaller of it and n / (n + 9), so that the first weights are soon forgotten; with 1, d = (n − 1)
/// / n, and the average is the mean of all (averaged SGD).
class WeightAverage {
 public:
  /// `parameters` have values and outlive it.
  WeightAverage(ParameterStore& parameters, double decay);
  /// The weights have been updated for the `n`-th time since the average was begun.
  void update(std::uint64_t n);
  /// Exchanges weights and average; twice: nothing has happened.
  void swap();
  /// In the order of the store: for checkpoints.
  std::vector<Matrix>& values() { return values_; }

 private:
  ParameterStore& parameters_;
  double decay_;
  std::vector<Matrix> values_;
};

}  // namespace weft
