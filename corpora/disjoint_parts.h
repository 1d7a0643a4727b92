// Train, validation and held-out parts that share no sentence.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace weft {

enum class Part { train, valid, held_out };

/// What makes two sentences the same: letters and digits with case folded, apostrophes dropped
/// ("don't" is "dont"), everything else a single space between words.
std::string sentence_key(std::string_view sentence);

/// The keys of the sentences of a text, which end at . ! ? … before white space or the end; empty
/// ones are left out.
std::vector<std::string> sentence_keys(std::string_view text);

/// Decides in which part a text belongs: a tenth of the sentences validation, a tenth held out, by
/// a hash of the first sentence's key, so that order and seed do not matter. A text whose other
/// sentences are known from another part belongs nowhere.
class DisjointParts {
 public:
  /// A text that holds one of the `excluded` phrases, compared by key, belongs nowhere.
  explicit DisjointParts(const std::vector<std::string>& excluded = {});

  /// `texts` is one item: a text, or a text and its translation. Nothing if it belongs nowhere or
  /// has been placed before. Its sentences are remembered as that part's.
  std::optional<Part> place(std::span<const std::string_view> texts);

 private:
  bool is_excluded(const std::string& key) const;

  std::vector<std::string> excluded_;  // keys between spaces
  std::unordered_map<std::string, Part> part_of_sentence_;
  std::unordered_set<std::string> placed_;
};

}  // namespace weft
