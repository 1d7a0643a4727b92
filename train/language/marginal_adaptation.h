// How often a text has each token, against how often a language model expects it there: fast
// marginal adaptation (Kneser, Peters & Klakow 1997, "Language model adaptation using dynamic
// marginals").
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "corpora/token_stream.h"
#include "models/nets/next_token_model.h"

namespace weft {

/// Tokens counted and expected by a model, in each of several parts of a text.
class Marginals {
 public:
  /// As often as this, each token counts as having come as expected, on top of what was seen.
  static constexpr real kPrior = 2;

  /// `part`: of each token of `text`, below `parts`. Reads the text through `general`.
  Marginals(const NextTokenModel& general, const TokenStream& text, const std::vector<int>& part,
            int parts);
  /// Of each token of the vocabulary, V × 1: log of how much likelier than the model thought it is
  /// in the text without one part (−1: in all of it). Rare tokens stay near 0.
  Matrix log_ratios(int left_out = -1) const;

 private:
  Matrix counted_, expected_;  // V × parts
};

/// log p of every token where p(w | c) ∝ exp(factors[w]) p_general(w | c), the factors being those
/// of the token's place.
std::vector<double> adapted_log_likelihoods(
    const NextTokenModel& general, const TokenStream& text,
    const std::function<const Matrix&(std::uint64_t place)>& factors);

}  // namespace weft
