// Next-token models without a network, counts of n-grams: see ngram_trie.h.
#pragma once

#include <memory>
#include <vector>

#include "models/nets/next_token_model.h"
#include "models/nets/ngram_trie.h"

namespace weft {

class NgramModel : public NextTokenModel {
 public:
  NgramModel(const NgramModelOptions& options, std::shared_ptr<const Tokenizer> tokenizer,
             const std::vector<std::uint64_t>& sizes);

  std::string kind() const override { return "n-gram model"; }
  nlohmann::json architecture() const override { return trie_.description(); }
  std::vector<double> fingerprint(const std::string& input) const override;

  bool is_consistent() const override { return trie_.is_consistent(); }

  ReadingPointer begin() const override;
  std::vector<ReadingPointer> advance(const std::vector<ReadingPointer>& readings,
                                      const std::vector<int>& tokens) const override;
  ReadingPointer read(const ReadingPointer& reading, const std::vector<int>& tokens) const override;

  NgramTrie& trie() { return trie_; }
  const NgramTrie& trie() const { return trie_; }

 private:
  NgramTrie trie_;
};

}  // namespace weft
