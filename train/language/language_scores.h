// What a language model of either kind says of each token of a text, read as one.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <vector>

#include "corpora/token_stream.h"
#include "models/nets/language_model.h"
#include "models/nets/ngram_model.h"

namespace weft {

/// scores: V × n, logits of what may come at the n places from `first` on, where `tokens` came.
using ScoresVisitor =
    std::function<void(std::uint64_t first, const Matrix& scores, std::span<const int> tokens)>;

/// Shows `see` all of `data`, a stretch at a time. Throws UserError if the model predicts no
/// tokens.
void read_scores(const Model& model, const TokenStream& data, const ScoresVisitor& see);

/// log p of every token. Throws UserError if the model predicts no tokens.
std::vector<double> token_log_likelihoods(const Model& model, const TokenStream& data);

/// As evaluate_language_model().
nlohmann::json evaluate_ngram_model(const NgramModel& model, const TokenStream& data);

}  // namespace weft
