#include "train/measures/chrf.h"

#include <string>
#include <vector>

#include "tokenizer/unicode_text.h"
#include "train/measures/ngrams.h"

namespace weft {
namespace {

std::u32string without_white_space(std::string_view text) {
  std::string solid;
  for (const std::string_view word : split_at_white_space(text)) solid += word;
  return code_points(solid);
}

std::vector<std::u32string_view> ngrams_of(const std::u32string& text, std::size_t n) {
  std::vector<std::u32string_view> ngrams;
  for (std::size_t i = 0; i + n <= text.size(); ++i)
    ngrams.push_back(std::u32string_view(text).substr(i, n));
  return ngrams;
}

}  // namespace

ChrfCounts& ChrfCounts::operator+=(const ChrfCounts& other) {
  for (std::size_t n = 0; n < kOrder; ++n) {
    matches[n] += other.matches[n];
    hypothesis[n] += other.hypothesis[n];
    reference[n] += other.reference[n];
  }
  return *this;
}

ChrfCounts chrf_counts(std::string_view hypothesis, std::string_view reference) {
  const std::u32string ours = without_white_space(hypothesis);
  const std::u32string theirs = without_white_space(reference);
  ChrfCounts counts;
  for (std::size_t n = 0; n < ChrfCounts::kOrder && n < theirs.size(); ++n) {
    const auto hypothesis_ngrams = ngrams_of(ours, n + 1);
    const auto reference_ngrams = ngrams_of(theirs, n + 1);
    counts.hypothesis[n] = hypothesis_ngrams.size();
    counts.reference[n] = reference_ngrams.size();
    counts.matches[n] = common_items(hypothesis_ngrams, reference_ngrams);
  }
  return counts;
}

double chrf(const ChrfCounts& counts) {
  double precision = 0, recall = 0, orders = 0;
  for (std::size_t n = 0; n < ChrfCounts::kOrder; ++n) {
    if (counts.hypothesis[n] == 0 || counts.reference[n] == 0) continue;
    precision += static_cast<double>(counts.matches[n]) / static_cast<double>(counts.hypothesis[n]);
    recall += static_cast<double>(counts.matches[n]) / static_cast<double>(counts.reference[n]);
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  constexpr double kBetaSquared = 4;
  return 100 * (1 + kBetaSquared) * precision * recall / (kBetaSquared * precision + recall);
}

}  // namespace weft
