// Texts as sets of words and n-grams: the features of the models that do not look at order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "corpora/batch.h"
#include "models/core/matrix.h"

namespace weft {

/// A table that has a column a token id, then `buckets` columns which all n-grams of two tokens and
/// more share by their hash (Joulin et al. 2017).
struct NgramTable {
  int vocabulary = 0;
  int ngrams = 1;   // tokens in the longest n-gram
  int buckets = 0;  // 0 where ngrams is 1
  int columns() const { return vocabulary + buckets; }
};

/// Columns of the table: bag n is ids[offsets[n] .. offsets[n + 1]).
struct Bags {
  std::vector<int> ids;
  std::vector<int> offsets;
};

/// h(w₁) = mix(φ (w₁ + 1)), h(w₁ … w_k) = mix(h(w₁ … w_{k-1}) + φ (w_k + 1)), modulo 2⁶⁴, with
/// φ = 0x9e3779b97f4a7c15 and the finalizer of splitmix64 (Steele, Lea & Flood 2014) as mix. The
/// column is vocabulary + h mod buckets. Models depend on this function: it must not change.
std::uint64_t ngram_hash(std::span<const int> tokens);

/// One bag a sequence of the batch. Unknown tokens and n-grams with one are left out, as nothing
/// has been learnt about them. `distinct`: each feature once, in ascending order.
Bags make_bags(const TokenBatch& batch, const NgramTable& table, bool distinct);

/// For distinct features: 1 / √(their number) each, so that long texts weigh no more than short
/// ones.
std::vector<real> unit_weights(const Bags& bags);

}  // namespace weft
