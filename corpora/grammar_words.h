// Words on their way from a grammar to a sentence: spacing, capitals, and forms that depend on the
// next word (a|an, le|l').
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft {

struct Word {
  std::string text;
  std::string before_vowel;  // the form before a vowel; empty if there is only one
  bool joined = false;       // no space before it
};
using Words = std::vector<Word>;

/// Beginnings of words that sound otherwise than their first letter looks: `hour`, `useful`. The
/// longest one that fits decides; without one a word that begins with a, e, i, o, u, œ or æ, with
/// any accent, begins with a vowel.
struct VowelRules {
  std::vector<std::string> vowels;
  std::vector<std::string> consonants;
};

/// Parts `text` at spaces. A word with `|` has a second form before vowels, and `_` in it is a
/// space. Punctuation at the very beginning of `text` joins what comes before it.
Words words_of(std::string_view text);

void capitalise(Words& words);        // first letter of the first word
void lower_case(Words& words);        // all
void drop_apostrophes(Words& words);  // don't → dont
/// The sentence.
std::string join_words(const Words& words, const VowelRules& vowels);

}  // namespace weft
