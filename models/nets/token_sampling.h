// One token at random, of the likelier ones.
#pragma once

#include <vector>

#include "base/random.h"

namespace weft {

struct TokenChoice {
  double log_weight = 0;  // up to a constant
  int token = 0;
};

/// One of the `top_k` best (0: all), and of those of the fewest that have the share `top_p` of the
/// mass: nucleus sampling (Holtzman et al. 2020). Sorts `choices`, which must not be empty.
int draw_token(std::vector<TokenChoice>& choices, int top_k, double top_p, RandomStream& random);

}  // namespace weft
