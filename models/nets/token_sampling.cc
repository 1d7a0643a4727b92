#include "models/nets/token_sampling.h"

#include <algorithm>
#include <cmath>

namespace weft {

int draw_token(std::vector<TokenChoice>& choices, int top_k, double top_p, RandomStream& random) {
  std::sort(choices.begin(), choices.end(), [](const TokenChoice& a, const TokenChoice& b) {
    return a.log_weight != b.log_weight ? a.log_weight > b.log_weight : a.token < b.token;
  });
  if (top_k > 0 && choices.size() > static_cast<std::size_t>(top_k))
    choices.resize(static_cast<std::size_t>(top_k));
  const double best = choices.front().log_weight;
  std::vector<double> weights;
  double total = 0;
  for (const TokenChoice& choice : choices) {
    weights.push_back(std::exp(choice.log_weight - best));
    total += weights.back();
  }
  double nucleus = 0;
  std::size_t kept = 0;
  while (kept < weights.size() && (kept == 0 || nucleus < top_p * total))
    nucleus += weights[kept++];
  double point = random.uniform() * nucleus;
  for (std::size_t k = 0; k + 1 < kept; ++k)
    if ((point -= weights[k]) < 0) return choices[k].token;
  return choices[kept - 1].token;
}

}  // namespace weft
