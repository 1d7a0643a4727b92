// What is told of a language model's likelihood of a text.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "corpora/token_stream.h"
#include "models/core/matrix.h"

namespace weft {

/// Log-likelihoods added up, token by token.
struct LikelihoodSum {
  std::uint64_t tokens = 0;
  double log_likelihood = 0;

  void add(double log_probability, std::uint64_t count = 1) {
    tokens += count;
    log_likelihood += log_probability;
  }
  /// `tokens`, `loss` (nats a token), `perplexity`, and, if the stream knows its characters,
  /// `bits_per_character`. Throws UserError if there are no tokens.
  nlohmann::json measures(const TokenStream& data) const;
};

/// How many tokens have a higher score than `token` in a column of V; equal ones with a smaller id
/// count, too.
int rank(const Matrix& scores, Index column, int token);

}  // namespace weft
