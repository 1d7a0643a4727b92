#include "models/nets/alternatives.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "tokenizer/unicode_text.h"

namespace weft {
namespace {

bool has_higher_score(const Continuation& a, const Continuation& b) { return a.score > b.score; }

bool is_longer(const Continuation& a, const Continuation& b) {
  return a.text.size() > b.text.size();
}

/// `other` is the same, or begins with these words.
bool says(const Continuation& other, const Continuation& continuation) {
  return other.text == continuation.text ||
         (other.text.starts_with(continuation.text) &&
          std::any_of(other.word_ends.begin(), other.word_ends.end(),
                      [&](const auto& end) { return end.length == continuation.text.size(); }));
}

/// In lower case, without marks at the end; marks alone stay.
std::string bare_words(const std::string& text) {
  const std::string_view bare = without_punctuation_behind(text);
  return bare.empty() ? text : lower_case(bare);
}

}  // namespace

std::vector<Continuation> alternatives(std::vector<Continuation> found,
                                       const CompletionOptions& options) {
  // First those that say what others begin with.
  std::stable_sort(found.begin(), found.end(),
                   options.min_confidence > 0 ? is_longer : has_higher_score);
  std::vector<Continuation> result;
  for (Continuation& continuation : found)
    if (std::none_of(result.begin(), result.end(),
                     [&](const Continuation& other) { return says(other, continuation); }))
      result.push_back(std::move(continuation));
  std::stable_sort(result.begin(), result.end(), has_higher_score);
  std::set<std::string> words;
  std::erase_if(result, [&](const Continuation& continuation) {
    return !words.insert(bare_words(continuation.text)).second;
  });
  result.resize(std::min(result.size(), static_cast<std::size_t>(options.count)));
  return result;
}

}  // namespace weft
