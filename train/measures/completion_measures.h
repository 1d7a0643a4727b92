// How much typing a language model's suggestions would have saved.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "models/nets/completion.h"

namespace weft {

/// A text that somebody wrote, and what came before it.
struct WrittenText {
  std::string context, text;
};

/// What would have been suggested at one place of a text.
struct Suggested {
  std::size_t place = 0;  // bytes of the text before it
  struct Part {           // up to the end of a word
    std::size_t length = 0;
    double confidence = 0;
    bool right = false;  // it is what was written, and a word ended there
  };
  struct Suggestion {
    std::string text;
    std::vector<Part> parts;  // of rising length
  };
  std::vector<Suggestion> suggestions;  // best first
  double milliseconds = 0;
};

/// Texts typed character by character (grapheme clusters), nothing accepted: as many, spread evenly
/// over all, as have about `keystrokes` of them (0: all); of the last one no more is typed. The
/// last entry of each is where that ends, without a suggestion. Texts are normalised as the model
/// does it. What is less confident than `options.min_confidence`, which is above 0, is not there.
/// `log` is given a line every ten seconds.
std::vector<std::vector<Suggested>> type_texts(const CompletionModel& model,
                                               const CompletionOptions& options,
                                               const std::vector<WrittenText>& texts,
                                               std::size_t keystrokes, const LogSink& log = no_log);

/// Somebody who accepts, with one keystroke, every suggestion that is right to its end.
struct Savings {
  double threshold = 0;  // confidence of what is shown
  std::size_t places = 0, shown = 0, right = 0, keystrokes = 0, characters = 0;
  double precision() const;
  double share_shown() const;
  double saved() const;  // share of keystrokes
};
Savings accept_suggestions(const std::vector<std::vector<Suggested>>& typed, double threshold);

/// What the model's probabilities are worth to somebody who types like that. All suggestions that
/// are likely enough must be there (kAllSuggestions): where only the best are, a lower threshold
/// would show other ones.
Calibration calibrate(const std::vector<std::vector<Suggested>>& typed);
/// For CompletionOptions::count.
inline constexpr int kAllSuggestions = 1000;

/// ExactMatch@n (Chen et al. 2019): at ends of words, the share of phrases of n words, each the
/// most probable one that the search finds, that are what was written, n from 1 to `most`; places
/// with fewer words left are not counted. Texts, `keystrokes` and `log`: as type_texts().
std::vector<double> exact_matches(const CompletionModel& model, CompletionOptions options,
                                  const std::vector<WrittenText>& texts, std::size_t keystrokes,
                                  std::size_t most, const LogSink& log = no_log);

/// `places`, `shown`, `precision`, `keystrokes_saved` at `options.min_confidence` (0.5 if that is
/// 0), `keystrokes_saved_at_60`: the most with a precision of 60 %; `exact_match`: of phrases of
/// one to `words` words;
/// `median_ms` and `p99_ms` of a keystroke at that confidence; `curve`: threshold, precision, share
/// shown, saved. `log`: as type_texts().
nlohmann::json evaluate_completion(const CompletionModel& model, const CompletionOptions& options,
                                   const std::vector<WrittenText>& texts, std::size_t keystrokes,
                                   std::size_t words, const LogSink& log = no_log);

/// How often whole lines were written: the yardstick of query completion.
class PopularLines {
 public:
  void add(const std::string& line) { ++counts_[line]; }
  bool empty() const { return counts_.empty(); }
  /// The most frequent lines that begin with `prefix`, ties in byte order.
  std::vector<std::string> complete(const std::string& prefix, std::size_t count) const;

 private:
  std::map<std::string, std::size_t> counts_;
};

/// After so many characters a query is completed.
inline constexpr int kTypedCharacters[] = {3, 5, 8};

/// Mean reciprocal rank of the query among `options.count` whole lines after kTypedCharacters:
/// `mrr_3`, …; with popular lines theirs, too (`popular_mrr_3`), and both for prefixes that are
/// among them (`seen_…`) and that are not (`unseen_…`). Queries that are not longer are not
/// counted.
nlohmann::json evaluate_queries(const CompletionModel& model, CompletionOptions options,
                                const std::vector<WrittenText>& queries,
                                const PopularLines& popular);

}  // namespace weft
