#include "corpora/grammar_words.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace weft {
namespace {

constexpr std::string_view kJoinsLeft = ",.!?;:)";

std::string capitalised(const std::string& text) {
  icu::UnicodeString unicode = icu::UnicodeString::fromUTF8(text);
  if (unicode.isEmpty()) return text;
  const UChar32 first = unicode.char32At(0);
  unicode.replace(0, U16_LENGTH(first), u_totitle(first));
  std::string result;
  return unicode.toUTF8String(result);
}

std::string lower_cased(const std::string& text) {
  icu::UnicodeString unicode = icu::UnicodeString::fromUTF8(text);
  unicode.toLower(icu::Locale::getRoot());
  std::string result;
  return unicode.toUTF8String(result);
}

std::string without_apostrophes(const std::string& text) {
  static constexpr std::string_view kTypographic = "\u2019";
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') continue;
    if (std::string_view(text).substr(i).starts_with(kTypographic)) {
      i += kTypographic.size() - 1;
      continue;
    }
    result += text[i];
  }
  return result;
}

template <class Change>
void change_both(Word& word, Change change) {
  word.text = change(word.text);
  word.before_vowel = change(word.before_vowel);
}

std::size_t longest_prefix(std::string_view word, const std::vector<std::string>& prefixes) {
  std::size_t longest = 0;
  for (const std::string& prefix : prefixes) {
    if (word.starts_with(prefix) && prefix.size() > longest) longest = prefix.size();
  }
  return longest;
}

bool begins_with_vowel(const std::string& text, const VowelRules& rules) {
  static constexpr std::array<std::string_view, 21> kVowels = {"a", "e", "i", "o", "u", "à", "â",
                                                               "ä", "é", "è", "ê", "ë", "î", "ï",
                                                               "ô", "ö", "ù", "û", "ü", "œ", "æ"};
  const std::string word = lower_cased(text);
  const std::size_t vowel = longest_prefix(word, rules.vowels);
  const std::size_t consonant = longest_prefix(word, rules.consonants);
  if (vowel != consonant) return vowel > consonant;
  for (std::string_view v : kVowels) {
    if (word.starts_with(v)) return true;
  }
  return false;
}

std::string with_spaces(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c == '_') c = ' ';
  }
  return result;
}

}  // namespace

Words words_of(std::string_view text) {
  Words words;
  std::size_t begin = 0;
  while (true) {
    begin = text.find_first_not_of(' ', begin);
    if (begin == std::string_view::npos) return words;
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    const std::size_t bar = part.find('|');
    Word word;
    word.text = with_spaces(part.substr(0, bar));
    if (bar != std::string_view::npos) word.before_vowel = with_spaces(part.substr(bar + 1));
    word.joined = begin == 0 && kJoinsLeft.find(part[0]) != std::string_view::npos;
    words.push_back(std::move(word));
    begin = end;
  }
}

void capitalise(Words& words) {
  if (!words.empty()) change_both(words.front(), capitalised);
}

void lower_case(Words& words) {
  for (Word& word : words) change_both(word, lower_cased);
}

void drop_apostrophes(Words& words) {
  for (Word& word : words) change_both(word, without_apostrophes);
}

std::string join_words(const Words& words, const VowelRules& vowels) {
  std::string sentence;
  bool elided = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Word& word = words[i];
    if (!sentence.empty() && !word.joined && !elided) sentence += ' ';
    const bool vowel_form = !word.before_vowel.empty() && i + 1 < words.size() &&
                            begins_with_vowel(words[i + 1].text, vowels);
    sentence += vowel_form ? word.before_vowel : word.text;
    elided = vowel_form && word.before_vowel.back() == '\'';
  }
  return sentence;
}

}  // namespace weft
