// Counting the n-grams of a text, and smoothing the counts.
#pragma once

#include <memory>

#include "corpora/token_stream.h"
#include "models/nets/ngram_model.h"

namespace weft {

/// Interpolated modified Kneser-Ney with three discounts an order (Chen & Goodman 1998, 4.1): the
/// highest order, and n-grams that begin a line, are counted as they are; of the others it is
/// counted how many different tokens they follow. N-grams end at a line's end. Pruned ones, by
/// how often they came, leave their share to the shorter context; discounts are as without pruning.
class KneserNey {
 public:
  /// Counts. Throws UserError if an order keeps more n-grams than a trie can hold.
  KneserNey(const NgramModelOptions& options, int vocabulary, const TokenStream& text);
  ~KneserNey();
  /// N-grams of each order from 2 on that are kept.
  std::vector<std::uint64_t> sizes() const;
  /// Fills a trie of these options and sizes.
  void fill(NgramTrie& trie) const;

 private:
  std::unique_ptr<const class NgramCounter> counts_;
};

std::unique_ptr<NgramModel> fit_ngram_model(const NgramModelOptions& options,
                                            std::shared_ptr<const Tokenizer> tokenizer,
                                            const TokenStream& text);

}  // namespace weft
