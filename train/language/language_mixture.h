// Two language models mixed: λ p₁ + (1 − λ) p₂.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "corpora/token_stream.h"
#include "models/nets/model.h"

namespace weft {

/// log(λ p₁ + (1 − λ) p₂) of the logarithms of p₁ and p₂.
double mixed_log_likelihood(double weight, double first, double second);

/// What is held of a weight beforehand: as if so many more tokens had had it.
struct MixturePrior {
  double weight = 0.5, tokens = 0;
};

/// The weight λ of the first that makes λ p₁ + (1 − λ) p₂ likeliest, by expectation maximisation.
double mixture_weight(const std::vector<double>& first, const std::vector<double>& second,
                      const MixturePrior& prior = {});

/// `tokens`, `loss`, `perplexity`, `bits_per_character` of λ p₁ + (1 − λ) p₂, and `weight`: λ,
/// learned on `held_out`. Throws UserError if the models split text differently.
nlohmann::json evaluate_mixture(const Model& first, const Model& second,
                                const TokenStream& held_out, const TokenStream& data);

}  // namespace weft
