#include "train/language/language_mixture.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "train/language/language_scores.h"
#include "train/measures/language_measures.h"

namespace weft {

double mixed_log_likelihood(double weight, double first, double second) {
  return std::log(weight * std::exp(first) + (1 - weight) * std::exp(second));
}

double mixture_weight(const std::vector<double>& first, const std::vector<double>& second,
                      const MixturePrior& prior) {
  constexpr int kMost = 200;
  constexpr double kEnough = 1e-6;
  double weight = prior.weight;
  for (int round = 0; round < kMost && !first.empty(); ++round) {
    double mine = prior.weight * prior.tokens;
    for (std::size_t i = 0; i < first.size(); ++i)
      mine += weight * std::exp(first[i] - mixed_log_likelihood(weight, first[i], second[i]));
    const double next = mine / (static_cast<double>(first.size()) + prior.tokens);
    const bool settled = std::abs(next - weight) < kEnough;
    weight = next;
    if (settled) break;
  }
  return weight;
}

nlohmann::json evaluate_mixture(const Model& first, const Model& second,
                                const TokenStream& held_out, const TokenStream& data) {
  if (!first.tokenizer() || !second.tokenizer() ||
      first.tokenizer()->serialize() != second.tokenizer()->serialize())
    throw UserError(
        "two models can be mixed if they split text the same way; train the second "
        "with the first one's tokenizer");
  const double weight = mixture_weight(token_log_likelihoods(first, held_out),
                                       token_log_likelihoods(second, held_out));
  const std::vector<double> a = token_log_likelihoods(first, data),
                            b = token_log_likelihoods(second, data);
  LikelihoodSum sum;
  for (std::size_t i = 0; i < a.size(); ++i) sum.add(mixed_log_likelihood(weight, a[i], b[i]));
  nlohmann::json measures = sum.measures(data);
  measures["weight"] = weight;
  return measures;
}

}  // namespace weft
