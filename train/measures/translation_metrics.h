// How good translations are, against one reference each.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "train/measures/bleu.h"
#include "train/measures/chrf.h"
#include "train/measures/paired_bootstrap.h"

namespace weft {

/// Collects what the measures count, a sentence at a time.
class TranslationMetrics {
 public:
  void add(std::string_view hypothesis, std::string_view reference);

  std::size_t sentences() const { return counts_.size(); }
  /// sacreBLEU's: cased, 13a, exponential smoothing.
  double bleu() const;
  /// Of both sides split at white space and lower-cased, without smoothing.
  double bleu_lowercase_tokenized() const;
  double chrf() const;
  /// `sentences`, `bleu`, `bleu_lowercase_tokenized`, `chrf`, `signature`.
  nlohmann::json json() const;

  /// Ours against another system's translations of the same sentences in the same order: `bleu`,
  /// `bleu_lowercase_tokenized` and `chrf`, each with `difference` (ours − the other's),
  /// `confidence` (95 %), `p_value`. Throws std::invalid_argument if the counts differ.
  nlohmann::json compare(const TranslationMetrics& other, int samples, std::uint64_t seed) const;

 private:
  struct Counts {
    BleuCounts cased, lowercase;
    ChrfCounts characters;
  };
  template <class Part>
  Part sum(Part Counts::*part) const;

  std::vector<Counts> counts_;
};

}  // namespace weft
