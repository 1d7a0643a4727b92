#include "tokenizer/block_list.h"

#include <libstemmer.h>
#include <unicode/brkiter.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "base/error.h"
#include "tokenizer/code_point.h"
#include "tokenizer/unicode_text.h"

namespace weft {
namespace {

struct Word {
  std::string text;     // case folded
  std::size_t end = 0;  // in the text it stands in, bytes
};

icu::UnicodeString unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

/// As words are compared: NFKC, case folded, one kind of apostrophe.
std::string folded(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  icu::UnicodeString normal = fold->normalize(text, status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot fold case");
  normal.findAndReplace(icu::UnicodeString(static_cast<UChar32>(0x2019)), "'");
  std::string result;
  normal.toUTF8String(result);
  return result;
}

/// By Unicode's word boundaries (UAX 29), what holds no letter or digit left out.
std::vector<Word> words_of(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> words(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) throw std::runtime_error("ICU has no rules for words");
  const icu::UnicodeString whole = unicode(text);
  words->setText(whole);
  std::vector<Word> result;
  std::size_t bytes = 0;
  std::int32_t begin = words->first();
  for (std::int32_t end = words->next(); end != icu::BreakIterator::DONE;
       begin = end, end = words->next()) {
    const icu::UnicodeString part = whole.tempSubStringBetween(begin, end);
    std::string utf8;
    part.toUTF8String(utf8);
    bytes += utf8.size();
    if (words->getRuleStatus() != UBRK_WORD_NONE) result.push_back({folded(part), bytes});
  }
  return result;
}

bool has_unspaced(std::string_view text) {
  const std::u32string points = code_points(text);
  return std::any_of(points.begin(), points.end(),
                     [](char32_t point) { return is_unspaced(static_cast<UChar32>(point)); });
}

/// One language's stemmer; libstemmer's own is not for several threads at once.
class Stemmer {
 public:
  explicit Stemmer(const std::string& language)
      : stemmer_(language == "none" ? nullptr : sb_stemmer_new(language.c_str(), "UTF_8"),
                 sb_stemmer_delete) {
    if (!stemmer_ && language != "none")
      throw UserError("there are no rules for the language '" + language +
                      "'; name one of Snowball's, as english or german, or none");
  }
  std::string operator()(const std::string& word) const {
    if (!stemmer_) return word;
    const auto* stem =
        sb_stemmer_stem(stemmer_.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                        static_cast<int>(word.size()));
    return {reinterpret_cast<const char*>(stem),
            static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()))};
  }

 private:
  std::unique_ptr<sb_stemmer, void (*)(sb_stemmer*)> stemmer_;
};

}  // namespace

BlockList::BlockList(const std::string& languages) {
  std::istringstream names(languages);
  for (std::string name; std::getline(names, name, ',');) {
    const Stemmer known(name);
    languages_.push_back({name, {}});
  }
  if (languages_.empty()) const Stemmer unknown("");
}

bool BlockList::add(std::string_view entry) {
  const std::vector<Word> words = words_of(entry);
  if (words.empty()) return false;
  if (has_unspaced(entry)) {
    anywhere_.push_back(folded(unicode(entry)));
    return true;
  }
  longest_ = std::max(longest_, words.size());
  for (Language& language : languages_) {
    const Stemmer stem(language.name);
    std::vector<std::string> stems;
    for (const Word& word : words) stems.push_back(stem(word.text));
    language.stems.insert(std::move(stems));
  }
  return true;
}

bool BlockList::blocks(std::string_view text, std::size_t from) const {
  if (empty()) return false;
  if (!anywhere_.empty() && blocks_anywhere(text, from)) return true;
  std::vector<std::string> words;
  std::size_t typed = 0;  // that are over in the first `from` bytes
  for (Word& word : words_of(text)) {
    typed += word.end <= from;
    words.push_back(std::move(word.text));
  }
  return std::any_of(languages_.begin(), languages_.end(),
                     [&](const Language& language) { return blocks(language, words, typed); });
}

bool BlockList::blocks_anywhere(std::string_view text, std::size_t from) const {
  // Folding makes some characters shorter, and an entry may begin in what was typed.
  constexpr std::size_t kShrinks = 4;
  std::size_t longest = 0;
  for (const std::string& entry : anywhere_) longest = std::max(longest, entry.size());
  text.remove_prefix(from - std::min(from, kShrinks * longest));
  from = std::min(from, kShrinks * longest);
  const std::size_t typed = folded(unicode(text.substr(0, from))).size();
  const std::string whole = folded(unicode(text));
  return std::any_of(anywhere_.begin(), anywhere_.end(), [&](const std::string& entry) {
    const std::size_t first = typed < entry.size() ? 0 : typed - entry.size() + 1;
    return whole.find(entry, first) != std::string::npos;
  });
}

bool BlockList::blocks(const Language& language, const std::vector<std::string>& words,
                       std::size_t first_new) const {
  const Stemmer stem(language.name);
  std::vector<std::string> stems;
  for (const std::string& word : words) stems.push_back(stem(word));
  for (std::size_t end = first_new + 1; end <= stems.size(); ++end)
    for (std::size_t length = 1; length <= std::min(longest_, end); ++length) {
      const auto last = stems.begin() + static_cast<std::ptrdiff_t>(end);
      if (language.stems.contains({last - static_cast<std::ptrdiff_t>(length), last})) return true;
    }
  return false;
}

}  // namespace weft
