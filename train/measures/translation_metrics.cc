#include "train/measures/translation_metrics.h"

#include <stdexcept>

namespace weft {
namespace {

double cased_bleu(const BleuCounts& counts) { return bleu(counts, BleuSmoothing::exponential); }
double lowercase_bleu(const BleuCounts& counts) { return bleu(counts, BleuSmoothing::none); }

nlohmann::json to_json(const BootstrapResult& result) {
  return {{"difference", result.difference},
          {"confidence", {result.low, result.high}},
          {"p_value", result.p_value}};
}

}  // namespace

void TranslationMetrics::add(std::string_view hypothesis, std::string_view reference) {
  counts_.push_back({bleu_counts(tokenize_13a(hypothesis), tokenize_13a(reference)),
                     bleu_counts(lowercase_words(hypothesis), lowercase_words(reference)),
                     chrf_counts(hypothesis, reference)});
}

template <class Part>
Part TranslationMetrics::sum(Part Counts::*part) const {
  Part total;
  for (const Counts& counts : counts_) total += counts.*part;
  return total;
}

double TranslationMetrics::bleu() const { return cased_bleu(sum(&Counts::cased)); }
double TranslationMetrics::bleu_lowercase_tokenized() const {
  return lowercase_bleu(sum(&Counts::lowercase));
}
double TranslationMetrics::chrf() const { return weft::chrf(sum(&Counts::characters)); }

nlohmann::json TranslationMetrics::json() const {
  return {{"sentences", sentences()},
          {"bleu", bleu()},
          {"bleu_lowercase_tokenized", bleu_lowercase_tokenized()},
          {"chrf", chrf()},
          {"signature", bleu_signature()}};
}

nlohmann::json TranslationMetrics::compare(const TranslationMetrics& other, int samples,
                                           std::uint64_t seed) const {
  if (other.sentences() != sentences())
    throw std::invalid_argument("outputs of different length cannot be compared");
  // Every measure sees the same samples.
  const auto compare_by = [&](auto part, auto score) {
    const auto score_of = [part, score](const std::vector<Counts>& counts) {
      return [&counts, part, score](const std::vector<std::uint32_t>& sample) {
        std::remove_cvref_t<decltype(counts[0].*part)> total;
        for (const std::uint32_t sentence : sample) total += counts[sentence].*part;
        return score(total);
      };
    };
    return to_json(paired_bootstrap(sentences(), score_of(counts_), score_of(other.counts_),
                                    samples, RandomStream(seed, "bootstrap")));
  };
  return {{"samples", samples},
          {"bleu", compare_by(&Counts::cased, cased_bleu)},
          {"bleu_lowercase_tokenized", compare_by(&Counts::lowercase, lowercase_bleu)},
          {"chrf", compare_by(&Counts::characters, weft::chrf)}};
}

}  // namespace weft
