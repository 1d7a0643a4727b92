// Compares the gradients of a loss with finite differences. Part of the library, so that whoever
// writes an operation or a layer can check it. Meaningful in the double build only: in float the
// rounding errors of the differences are larger than those that it looks for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/core/tape.h"

namespace weft {

struct GradientCheckOptions {
  /// Half the distance of the inner two of the four points around a value.
  double step = 1e-3;
  /// Gradients smaller than this are compared as if they had this size.
  double floor = 1e-5;
  /// Every evaluation draws from a fresh noise stream of this seed, so dropout masks stay the same.
  std::uint64_t noise_seed = 1;
};

struct GradientCheckReport {
  /// The largest |analytic − numeric| / max(|analytic|, |numeric|, floor); infinite if one of them
  /// is not a number.
  double worst = 0;
  /// Where it is: a parameter's name, or "input 0", "input 1", …
  std::string name;
  Index row = 0, column = 0;
  double analytic = 0, numeric = 0;
  std::size_t checked = 0;  // numbers compared

  /// One line that says all of it.
  std::string describe() const;
};

/// Builds the 1 × 1 loss; `inputs` are the Vars of the matrices handed to check_gradients.
using CheckedLoss = std::function<Var(Tape& tape, const std::vector<Var>& inputs)>;

/// Checks d loss / d p for every number of every parameter of `store` and every number of `inputs`,
/// by central differences of fourth order: (8 (f(p+h) − f(p−h)) − (f(p+2h) − f(p−2h))) / 12h.
/// `loss` is called about four times for each number, always on a training tape; it must be smooth
/// within 2h of every value. Parameters and inputs are as before afterwards.
GradientCheckReport check_gradients(ParameterStore& store, const std::vector<Matrix*>& inputs,
                                    const CheckedLoss& loss, GradientCheckOptions options = {});

}  // namespace weft
