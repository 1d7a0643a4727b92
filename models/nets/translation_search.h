// Translations, best first: greedy and beam search over many sentences at once.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/options.h"
#include "models/nets/translator.h"

namespace weft {

struct TranslationOptions {
  int beam = 5;               // hypotheses a sentence; 1: greedy
  int n_best = 1;             // translations wanted, at most `beam`
  double length_alpha = 0.6;  // length normalisation ((5 + length) / 6)^α (Wu et al. 2016)
  double coverage_beta = 0;   // coverage penalty β Σ_s log min(Σ_t α_ts, 1) (the same)
  double max_length_factor =
      2;                        // a translation has at most this many tokens a source token, and 10
  int batch_size = 64;          // sentences searched at once
  bool replace_unknown = true;  // an unknown word is copied from its strongest link
  void visit(OptionVisitor& v);
};

/// The answer to token ids.
struct Translation {
  std::vector<int> tokens;     // without <eos>
  double score = 0;            // log-probability, normalised by length, with coverage penalty
  double log_probability = 0;  // of the tokens and <eos>
  /// For each token the source position that it attends to most, <eos> left out if there is
  /// another.
  std::vector<int> links;
  /// Attention: source positions (<eos> the last) × tokens; empty unless asked for.
  Matrix attention;
  bool ended = false;  // by <eos>, not by the longest length
};

/// The answer to a line.
struct TextTranslation {
  std::string text;  // detokenised
  double score = 0;
  double log_probability = 0;
  std::vector<std::string> source, target;  // pieces; `target` with unknown ones replaced
  std::vector<int> links;                   // for each target piece a source piece
  Matrix attention;  // source pieces and <eos> × target pieces, if asked for
};

/// Searches with one model, which must outlive it and whose weights must not change meanwhile.
/// Const use is thread-safe. The same sentence has the same answer whatever is beside it.
class TranslationSearch {
 public:
  explicit TranslationSearch(const Translator& model);
  ~TranslationSearch();

  /// `sources`: ids of Translator::encode_source(). For each sentence at most options.n_best
  /// translations, best first, at least one. Throws UserError if n_best is larger than beam.
  std::vector<std::vector<Translation>> search(const std::vector<std::vector<int>>& sources,
                                               const TranslationOptions& options,
                                               bool keep_attention = false) const;
  /// The same for lines; an empty line is translated by an empty one. `cut`, if asked for: how many
  /// lines were longer than the model reads.
  std::vector<std::vector<TextTranslation>> translate(const std::vector<std::string>& lines,
                                                      const TranslationOptions& options,
                                                      bool keep_attention = false,
                                                      int* cut = nullptr) const;

 private:
  const Translator& model_;
  LaidOutWeights laid_out_;
  /// The memory of searches that are over, for the next: to map it anew costs a tenth of the time.
  class BatchSearch;
  std::unique_ptr<BatchSearch> take_idle() const;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<BatchSearch>> idle_;
};

}  // namespace weft
