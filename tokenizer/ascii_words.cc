#include "tokenizer/ascii_words.h"

#include <string>

namespace weft {

namespace {

enum Kind : std::uint8_t {
  kLetter = 1,
  kDigit = 2,
  kConnector = 4,   // ExtendNumLet: the underscore
  kMidLetter = 8,   // joins letters
  kMidNumber = 16,  // joins digits
  kInWord = kLetter | kDigit | kConnector
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_segment(const std::string& text, const Segmenter& words) {
  int segments = 0;
  Segmenter::Cursor(words).visit(text, [&](std::string_view) { ++segments; });
  return segments == 1;
}

}  // namespace

AsciiWords::AsciiWords(const Segmenter& words) {
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    const char c = static_cast<char>(i);
    const bool joins_letter = is_one_segment(std::string("a") + c, words);
    if (is_digit(c)) {
      kinds_[i] = kDigit;
    } else if (c == '_') {
      kinds_[i] = kConnector;
    } else if (joins_letter) {
      kinds_[i] = kLetter;  // in some versions also the commercial at
    } else {
      if (is_one_segment(std::string("a") + c + "a", words)) kinds_[i] |= kMidLetter;
      if (is_one_segment(std::string("1") + c + "1", words)) kinds_[i] |= kMidNumber;
    }
  }
}

std::size_t AsciiWords::segment_end(std::string_view text, std::size_t begin) const {
  std::size_t i = begin + 1;
  if (text[begin] == ' ') {  // WB3d
    while (i < text.size() && text[i] == ' ') ++i;
    return i;
  }
  if (text[begin] == '\r') return i < text.size() && text[i] == '\n' ? i + 1 : i;  // WB3
  if (!(kind(text[begin]) & kInWord)) return i;
  while (i < text.size()) {
    const unsigned here = kind(text[i]);
    if (here & kInWord) {  // WB5, 8 to 10, 13a, 13b
      ++i;
      continue;
    }
    if (here == 0 || i + 1 == text.size()) break;
    const unsigned around = kind(text[i - 1]) & kind(text[i + 1]);
    const bool joins = ((here & kMidLetter) && (around & kLetter)) ||  // WB6, 7
                       ((here & kMidNumber) && (around & kDigit));     // WB11, 12
    if (!joins) break;
    i += 2;
  }
  return i;
}

bool AsciiWords::is_word(std::string_view segment) const {
  for (const char c : segment) {
    if (is_letter(c) || is_digit(c)) return true;
    if (!(kind(c) & kInWord)) return false;  // then it is the only character, or white space
  }
  return false;
}

}  // namespace weft
