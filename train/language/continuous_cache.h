// How well a language model does that expects what it has just read: see
// models/nets/cached_model.h.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "corpora/token_stream.h"
#include "models/nets/cached_model.h"

namespace weft {

/// `tokens`, `loss`, `perplexity`, `bits_per_character` of a CachedModel's probabilities, many
/// positions at a time; the stream is read as one, with its state and cache carried on.
nlohmann::json evaluate_with_cache(const LanguageModel& model, const TokenStream& data,
                                   const ContinuousCacheOptions& options);

}  // namespace weft
