// What somebody's own text adds to a language model that everybody shares.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/nets/next_token_model.h"
#include "models/nets/ngram_trie.h"

namespace weft {

/// Which tokens the text prefers, its n-grams and their weights: small, without a tokenizer, so of
/// use only beside a model that splits text as the one it was made for.
class PersonalModel : public Model {
 public:
  struct Description {
    NgramModelOptions options;
    std::vector<std::uint64_t> sizes;  // see NgramTrie
    int vocabulary = 0;
    std::vector<double> weights;  // of its probabilities, by familiarity()
    std::string tokenizer;        // its checksum
  };
  explicit PersonalModel(const Description& description);

  std::string kind() const override { return "personal model"; }
  nlohmann::json architecture() const override;
  /// `input`: ids between spaces.
  std::vector<double> fingerprint(const std::string& input) const override;

  bool is_consistent() const override { return trie_.is_consistent(); }

  /// How well the text has made a context known: a class for each length of what is known of it
  /// and each quarter of what that leaves to shorter contexts. Class 0: not at all.
  static int familiarity(const NgramTrie::KnownContext& known);
  /// Classes of n-grams of this order.
  static int familiarities(int order) { return 1 + (order - 1) * kQuarters; }
  /// a(c), of its probabilities in this state, 0 to 1.
  double weight(const NgramTrie::State& state) const;
  /// Logarithms of factors on the general model's probabilities of each token, V × 1.
  Matrix& preferences() { return preferences_.value; }
  const Matrix& preferences() const { return preferences_.value; }
  NgramTrie& trie() { return trie_; }
  const NgramTrie& trie() const { return trie_; }
  /// Throws UserError unless `general` splits text as the model this one was made for.
  void check(const NextTokenModel& general) const;

 private:
  static constexpr int kQuarters = 4;
  Description description_;
  NgramTrie trie_;
  Parameter& preferences_;
};

/// 16 hexadecimal digits.
std::string checksum_of(const Tokenizer& tokenizer);

/// p(w | c) = a(c) · p_personal(w | c) + (1 − a(c)) · p_adapted(w | c): a linear mixture, its
/// weights by what is known of the context (Jelinek & Mercer 1980), where
/// p_adapted(w | c) ∝ exp(preferences[w]) · p_general(w | c) (Kneser, Peters & Klakow 1997).
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
