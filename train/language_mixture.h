// Language models of either kind token by token, and two of them mixed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "corpora/token_stream.h"
#include "models/nets/language_model.h"
#include "models/nets/ngram_model.h"

namespace weft {

/// log p of every token of the stream, read as one. Throws UserError if the model predicts no
/// tokens.
std::vector<double> token_log_likelihoods(const Model& model, const TokenStream& data);

/// As evaluate_language_model().
nlohmann::json evaluate_ngram_model(const NgramModel& model, const TokenStream& data);

/// log(λ p₁ + (1 − λ) p₂) of the logarithms of p₁ and p₂.
double mixed_log_likelihood(double weight, double first, double second);

/// The weight λ of the first that makes λ p₁ + (1 − λ) p₂ likeliest, by expectation maximisation.
double mixture_weight(const std::vector<double>& first, const std::vector<double>& second);

/// `tokens`, `loss`, `perplexity`, `bits_per_character` of λ p₁ + (1 − λ) p₂, and `weight`: λ,
/// learned on `held_out`. Throws UserError if the models split text differently.
nlohmann::json evaluate_mixture(const Model& first, const Model& second,
                                const TokenStream& held_out, const TokenStream& data);

}  // namespace weft
