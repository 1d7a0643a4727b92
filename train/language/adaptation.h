// Learning what somebody writes, beside a model that everybody shares.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "corpora/token_stream.h"
#include "models/nets/personal_model.h"

namespace weft {

/// N-grams of `text`, which `general`'s tokenizer encoded, and their weights: those that make
/// `held_out` likeliest or, without it, lines of `text` that were left out, every fifth line in
/// turn. A text that `general` itself has learned from needs the former, as `general` knows its
/// lines too well. Throws UserError if fewer than five lines are to be left out.
std::unique_ptr<PersonalModel> adapt(const NextTokenModel& general,
                                     const NgramModelOptions& options, const TokenStream& text,
                                     const TokenStream* held_out = nullptr);

/// `tokens`, `loss`, `perplexity`, `bits_per_character` of both together, `weight`: of the personal
/// model, on average.
nlohmann::json evaluate_personalized(const PersonalizedModel& model, const TokenStream& data);

}  // namespace weft
