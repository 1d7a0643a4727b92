// A language model that expects what it has just read: the continuous cache of Grave, Joulin &
// Usunier 2017, "Improving neural language models with a continuous cache".
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/options.h"
#include "corpora/token_stream.h"
#include "models/nets/language_model.h"

namespace weft {

struct ContinuousCacheOptions {
  int size = 0;         // of the positions before, 0: no cache
  double theta = 0.3;   // flatness: the larger, the more the most similar position counts
  double lambda = 0.1;  // weight of the cache in the mixture
  void visit(OptionVisitor& v);
};

/// `tokens`, `loss`, `perplexity`, `bits_per_character` of the mixture (1 − λ) p_model + λ p_cache,
/// p_cache(w) ∝ Σ_i exp(θ h_tᵀ h_i) over those of the last `size` positions i that w followed; the
/// stream is read as one, with its state and cache carried on.
nlohmann::json evaluate_with_cache(const LanguageModel& model, const TokenStream& data,
                                   const ContinuousCacheOptions& options);

}  // namespace weft
