// Learning what somebody writes, beside a model that everybody shares.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "corpora/token_stream.h"
#include "models/nets/personal_model.h"

namespace weft {

/// N-grams of `text`, which `general`'s tokenizer encoded, and the weights that make lines of it
/// likeliest that were left out: every fifth line in turn. Throws UserError if there are fewer than
/// five lines.
std::unique_ptr<PersonalModel> adapt(const NextTokenModel& general,
                                     const NgramModelOptions& options, const TokenStream& text);

/// `tokens`, `loss`, `perplexity`, `bits_per_character` of both together, `weight`: of the personal
/// model, on average.
nlohmann::json evaluate_personalized(const PersonalizedModel& model, const TokenStream& data);

}  // namespace weft
