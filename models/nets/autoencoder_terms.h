// Noise and sparsity as a user writes them.
#pragma once

#include <string>

#include "models/core/ops.h"

namespace weft {

/// "none", "gaussian:S" (standard deviation), "mask:P" or "salt-pepper:P" (share of the elements).
/// Throws UserError for anything else.
Noise parse_noise(const std::string& text);

struct Sparsity {
  enum class Kind { none, l1, kl };
  Kind kind = Kind::none;
  double activity = 0;  // of kl: the mean that is wanted of each unit
  double weight = 0;
};

/// "none", "l1:λ" or "kl:ρ,λ". Throws UserError for anything else.
Sparsity parse_sparsity(const std::string& text);

}  // namespace weft
