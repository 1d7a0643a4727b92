#include "train/language/continuous_cache.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "corpora/language_batches.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/gemm.h"
#include "train/measures/language_measures.h"

namespace weft {
namespace {

using kernels::Transpose;

constexpr int kSteps = 64;

/// The last positions: what the output layer saw, and the word that followed.
class Cache {
 public:
  Cache(Index hidden, const ContinuousCacheOptions& options)
      : options_(options),
        size_(static_cast<Index>(options.size)),
        seen_(hidden, size_ + kSteps),
        words_(size_ + kSteps) {}

  /// Puts a stretch of positions behind those that are held.
  void append(const Matrix& hidden, const std::vector<int>& words) {
    const Index stretch = hidden.n_cols;
    std::copy(hidden.begin(), hidden.end(), seen_.colptr(held_));
    std::copy(words.begin(), words.end(), words_.begin() + static_cast<std::ptrdiff_t>(held_));
    similarity_.set_size(held_ + stretch, stretch);
    kernels::gemm(Transpose::yes, Transpose::no, held_ + stretch, stretch, seen_.n_rows, 1,
                  seen_.memptr(), seen_.n_rows, hidden.memptr(), hidden.n_rows, 0,
                  similarity_.memptr(), similarity_.n_rows);
    first_ = held_;
    held_ += stretch;
  }
  /// p_cache(word) at position `t` of the stretch that was appended last; 0 if nothing is before.
  double probability(Index t, int word) {
    const Index end = first_ + t, begin = end > size_ ? end - size_ : 0;
    if (begin == end) return 0;
    real* scores = similarity_.colptr(t) + begin;
    const Index count = end - begin;
    const auto& kernel = kernels::elementwise();
    kernel.axpby(count, static_cast<real>(options_.theta), scores, 0, scores);
    const double all = kernel.log_sum_exp(count, scores);
    double mass = 0;
    for (Index i = 0; i < count; ++i)
      if (words_[begin + i] == word) mass += std::exp(static_cast<double>(scores[i]) - all);
    return mass;
  }
  /// Forgets what no later position can see.
  void trim() {
    if (held_ <= size_) return;
    const Index gone = held_ - size_;
    std::copy(seen_.colptr(gone), seen_.colptr(held_), seen_.memptr());
    std::copy(words_.begin() + static_cast<std::ptrdiff_t>(gone),
              words_.begin() + static_cast<std::ptrdiff_t>(held_), words_.begin());
    held_ = size_;
  }

 private:
  const ContinuousCacheOptions& options_;
  Index size_, held_ = 0, first_ = 0;
  Matrix seen_, similarity_;
  std::vector<int> words_;
};

}  // namespace

nlohmann::json evaluate_with_cache(const LanguageModel& model, const TokenStream& data,
                                   const ContinuousCacheOptions& options) {
  LanguageBatches batches(data, 1, kSteps);
  LanguageBatch batch;
  RecurrentState state;
  Tape tape;
  std::optional<Cache> cache;
  LikelihoodSum sum;
  while (batches.next(batch)) {
    tape.reset();
    const LanguageModel::Reading reading = model.reading(tape, batch.inputs, state);
    const Matrix& hidden = reading.hidden.value();
    if (!cache) cache.emplace(hidden.n_rows, options);
    std::vector<double> scores(batch.targets.size());
    log_likelihoods(reading.scores.value(), batch.targets.data(), scores.data());
    cache->append(hidden, batch.targets);
    for (std::size_t t = 0; t < scores.size(); ++t) {
      const bool first = sum.tokens == 0;
      const double mixed = (1 - options.lambda) * std::exp(scores[t]) +
                           options.lambda * cache->probability(t, batch.targets[t]);
      sum.add(first ? scores[t] : std::log(mixed));
    }
    cache->trim();
  }
  return sum.measures(data);
}

}  // namespace weft
