#include "tokenizer/unicode_text.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>

#include <stdexcept>

#include "tokenizer/code_point.h"

namespace weft {
namespace {

bool separates(UChar32 c) { return (c >= 0x1C && c <= 0x1F) || u_isUWhiteSpace(c); }

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower;
  icu::StringByteSink<std::string> sink(&lower);
  UErrorCode status = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower("", 0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr,
                            status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
  return lower;
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  for (std::size_t place = 0; place < text.size();) {
    const UChar32 c = next_code_point(text, place);
    points += c < 0 ? U'\uFFFD' : static_cast<char32_t>(c);
  }
  return points;
}

std::vector<std::string_view> split_at_white_space(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = 0, place = 0;
  while (place < text.size()) {
    const std::size_t end = place;
    if (!separates(next_code_point(text, place))) continue;
    if (end > begin) words.push_back(text.substr(begin, end - begin));
    begin = place;
  }
  if (begin < text.size()) words.push_back(text.substr(begin));
  return words;
}

}  // namespace weft
