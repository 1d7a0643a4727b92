#include "models/nets/ngram_model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tokenizer/vocabulary.h"

namespace weft {

NgramModel::NgramModel(const NgramModelOptions& options, std::shared_ptr<const Tokenizer> tokenizer,
                       const std::vector<std::uint64_t>& sizes)
    : NextTokenModel(std::move(tokenizer)),
      trie_(parameters_, options, tokenizer_->vocabulary().size(), sizes) {}

namespace {

struct CountedReading : NextTokenModel::Reading {
  CountedReading(Matrix next, NgramTrie::State after)
      : Reading(std::move(next)), state(std::move(after)) {}
  NgramTrie::State state;
};

}  // namespace

NextTokenModel::ReadingPointer NgramModel::begin() const {
  NgramTrie::State state = trie_.start();
  Matrix next = trie_.log_probabilities(state);
  return std::make_shared<CountedReading>(std::move(next), std::move(state));
}

std::vector<NextTokenModel::ReadingPointer> NgramModel::advance(
    const std::vector<ReadingPointer>& readings, const std::vector<int>& tokens) const {
  std::vector<ReadingPointer> result;
  for (std::size_t n = 0; n < tokens.size(); ++n) result.push_back(read(readings[n], {tokens[n]}));
  return result;
}

NextTokenModel::ReadingPointer NgramModel::read(const ReadingPointer& reading,
                                                const std::vector<int>& tokens) const {
  if (tokens.empty()) return reading;
  NgramTrie::State state = static_cast<const CountedReading&>(*reading).state;
  for (const int id : tokens) trie_.read(state, id);
  Matrix next = trie_.log_probabilities(state);
  return std::make_shared<CountedReading>(std::move(next), std::move(state));
}

std::vector<double> NgramModel::fingerprint(const std::string& input) const {
  NgramTrie::State state = trie_.start();
  for (const int id : tokenizer_->encode(input)) trie_.read(state, id);
  const Matrix next = trie_.log_probabilities(state);
  const Index shown = std::min<Index>(next.n_elem, 16);
  std::vector<double> numbers;
  for (Index i = 0; i < shown; ++i) {
    const double number = static_cast<double>(next[i * (next.n_elem / shown)]);
    numbers.push_back(std::isfinite(number) ? number : -1e30);
  }
  return numbers;
}

}  // namespace weft
