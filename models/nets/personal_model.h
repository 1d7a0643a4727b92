// What somebody's own text adds to a language model that everybody shares.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/nets/next_token_model.h"
#include "models/nets/ngram_trie.h"

namespace weft {

/// N-grams of the text and their weight: small, without a tokenizer, so of use only beside a model
/// that splits text as the one it was made for.
class PersonalModel : public Model {
 public:
  struct Description {
    NgramModelOptions options;
    std::vector<std::uint64_t> sizes;  // see NgramTrie
    int vocabulary = 0;
    /// Of the personal text's probabilities, by how long a context of them it knows.
    std::vector<double> weights;
    std::string tokenizer;  // its checksum
  };
  explicit PersonalModel(const Description& description);

  std::string kind() const override { return "personal model"; }
  nlohmann::json architecture() const override;
  /// `input`: ids between spaces.
  std::vector<double> fingerprint(const std::string& input) const override;

  /// a(c), of its probabilities in this state, 0 to 1.
  double weight(const NgramTrie::State& state) const;
  NgramTrie& trie() { return trie_; }
  const NgramTrie& trie() const { return trie_; }
  /// Throws UserError unless `general` splits text as the model this one was made for.
  void check(const NextTokenModel& general) const;

 private:
  Description description_;
  NgramTrie trie_;
};

/// 16 hexadecimal digits.
std::string checksum_of(const Tokenizer& tokenizer);

/// p(w | c) = a(c) · p_personal(w | c) + (1 − a(c)) · p_general(w | c): a linear mixture, its
/// weights by what is known of the context (Jelinek & Mercer 1980).
class PersonalizedModel : public NextTokenModel {
 public:
  /// Both must outlive it. Throws UserError if they do not belong together.
  PersonalizedModel(const NextTokenModel& general, const PersonalModel& personal);

  std::string kind() const override { return "personalized model"; }
  nlohmann::json architecture() const override;
  std::vector<double> fingerprint(const std::string& input) const override;

  ReadingPointer begin() const override;
  std::vector<ReadingPointer> advance(const std::vector<ReadingPointer>& readings,
                                      const std::vector<int>& tokens) const override;
  ReadingPointer read(const ReadingPointer& reading, const std::vector<int>& tokens) const override;

  const NextTokenModel& general() const { return general_; }
  const PersonalModel& personal() const { return personal_; }

 private:
  ReadingPointer mixed(ReadingPointer general, NgramTrie::State state) const;

  const NextTokenModel& general_;
  const PersonalModel& personal_;
};

}  // namespace weft
