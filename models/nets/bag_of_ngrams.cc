#include "models/nets/bag_of_ngrams.h"

#include <algorithm>
#include <cmath>

#include "tokenizer/vocabulary.h"

namespace weft {
namespace {

std::uint64_t extended(std::uint64_t hash, int token) {
  std::uint64_t z = hash + 0x9e3779b97f4a7c15u * (static_cast<std::uint64_t>(token) + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Appends every feature that begins at tokens[0].
void add_features(std::span<const int> tokens, const NgramTable& table, std::vector<int>& ids) {
  std::uint64_t hash = 0;
  const std::size_t longest = std::min(tokens.size(), static_cast<std::size_t>(table.ngrams));
  for (std::size_t n = 0; n < longest && tokens[n] >= kSpecialIds; ++n) {
    hash = extended(hash, tokens[n]);
    if (n == 0)
      ids.push_back(tokens[0]);
    else
      ids.push_back(table.vocabulary +
                    static_cast<int>(hash % static_cast<std::uint64_t>(table.buckets)));
  }
}

}  // namespace

std::uint64_t ngram_hash(std::span<const int> tokens) {
  std::uint64_t hash = 0;
  for (const int token : tokens) hash = extended(hash, token);
  return hash;
}

Bags make_bags(const TokenBatch& batch, const NgramTable& table, bool distinct) {
  Bags bags;
  bags.offsets.push_back(0);
  const std::size_t examples = static_cast<std::size_t>(batch.examples);
  std::vector<int> tokens;
  for (std::size_t b = 0; b < examples; ++b) {
    tokens.clear();
    for (std::size_t t = 0; t < static_cast<std::size_t>(batch.lengths[b]); ++t)
      tokens.push_back(batch.ids[t * examples + b]);
    const auto begin = static_cast<std::ptrdiff_t>(bags.ids.size());
    for (std::size_t t = 0; t < tokens.size(); ++t)
      add_features(std::span(tokens).subspan(t), table, bags.ids);
    if (distinct) {
      std::sort(bags.ids.begin() + begin, bags.ids.end());
      bags.ids.erase(std::unique(bags.ids.begin() + begin, bags.ids.end()), bags.ids.end());
    }
    bags.offsets.push_back(static_cast<int>(bags.ids.size()));
  }
  return bags;
}

std::vector<real> unit_weights(const Bags& bags) {
  std::vector<real> weights;
  weights.reserve(bags.ids.size());
  for (std::size_t n = 0; n + 1 < bags.offsets.size(); ++n) {
    const int count = bags.offsets[n + 1] - bags.offsets[n];
    weights.insert(weights.end(), static_cast<std::size_t>(count),
                   static_cast<real>(1 / std::sqrt(static_cast<double>(count))));
  }
  return weights;
}

}  // namespace weft
