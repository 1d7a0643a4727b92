// How much a language model gives away of a secret that was in its training text (Carlini, Liu,
// Erlingsson, Kos & Song 2019, "The Secret Sharer").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/nets/next_token_model.h"

namespace weft {

/// A secret, and what stands before it in its line, a space between them.
struct Secret {
  std::string beginning, text;
};

struct Exposure {
  /// log2 |R| − log2 rank: what is saved of the guesses, if one guesses by likelihood. R are the
  /// texts of the secret's form (SameForm), its rank is by likelihood among them.
  double bits = 0;
  double possible = 0;       // log2 |R|
  std::size_t samples = 0;   // of R, without the secret
  std::size_t likelier = 0;  // of the samples, or as likely as the secret
};

/// The rank is estimated by a sample of R. Texts that the model cannot tell from the secret count
/// as likelier, so that a secret that is gone has an exposure of 0. If none of the samples is
/// likelier, a skew normal distribution fitted to their log-perplexities goes on beyond
/// log2(samples + 1). Where the model scrubs, the sample is of texts in which it leaves the same
/// placeholders; there may be fewer than wanted, and without any the exposure is 0. Deterministic
/// for a seed. Throws UserError if there is no digit or letter in the secret to vary.
Exposure exposure(const NextTokenModel& model, const Secret& secret, std::size_t samples,
                  std::uint64_t seed);

/// log p of each line's tokens, in nats; those that all lines begin with are left out.
std::vector<double> line_log_likelihoods(const NextTokenModel& model,
                                         const std::vector<std::vector<int>>& lines);

}  // namespace weft
