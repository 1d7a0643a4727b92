// A network that expects what it has just read: the continuous cache of Grave, Joulin & Usunier
// 2017, "Improving neural language models with a continuous cache".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "models/nets/language_model.h"

namespace weft {

struct ContinuousCacheOptions {
  int size = 0;         // of the positions before, 0: no cache
  double theta = 0.3;   // flatness: the larger, the more the most similar position counts
  double lambda = 0.1;  // weight of the cache in the mixture
  void visit(OptionVisitor& v);
};

/// p(w) = (1 − λ) p_network(w) + λ p_cache(w), p_cache(w) ∝ Σ_i exp(θ hᵀ h_i) over those of the
/// last `size` positions i that w followed, h what the output layer sees. At the start, where there
/// is none, the network's own. Readings share the positions they have in common; making
/// one costs a product with each position, so that some thousands of them are felt while somebody
/// types.
class CachedModel : public NextTokenModel {
 public:
  /// `network` must outlive it. Throws UserError for a model without hidden states, n-grams.
  CachedModel(const NextTokenModel& network, const ContinuousCacheOptions& options);

  std::string kind() const override { return "language model with a cache"; }
  nlohmann::json architecture() const override { return network_.architecture(); }
  std::vector<double> fingerprint(const std::string& input) const override {
    return network_.fingerprint(input);
  }

  ReadingPointer begin() const override;
  std::vector<ReadingPointer> advance(const std::vector<ReadingPointer>& readings,
                                      const std::vector<int>& tokens) const override;
  ReadingPointer read(const ReadingPointer& reading, const std::vector<int>& tokens) const override;

 private:
  /// A position before, and what followed there.
  struct Position {
    Matrix hidden;  // H × 1
    int token;
  };
  using Positions = std::vector<std::shared_ptr<const Position>>;
  struct CachedReading;
  static const CachedReading& parts(const ReadingPointer& reading);

  /// Of `positions`, the last ones are kept.
  ReadingPointer mixed(ReadingPointer network, Positions positions) const;

  const LanguageModel& network_;
  ContinuousCacheOptions options_;
};

}  // namespace weft
