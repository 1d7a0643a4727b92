#include "tokenizer/unicode_text.h"

#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
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

std::string_view without_punctuation_behind(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t place = 0; place < text.size();) {
    const UChar32 c = next_code_point(text, place);
    if (c < 0 || !(u_ispunct(c) || separates(c))) length = place;
  }
  return text.substr(0, length);
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

namespace {

/// Grapheme clusters of a text, which must outlive it.
class Clusters {
 public:
  explicit Clusters(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    iterator_.reset(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
    text_.reset(
        utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status));
    if (U_SUCCESS(status)) iterator_->setText(text_.get(), status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
  }
  icu::BreakIterator& iterator() { return *iterator_; }

 private:
  struct Close {
    void operator()(UText* text) const { utext_close(text); }
  };
  std::unique_ptr<UText, Close> text_;
  std::unique_ptr<icu::BreakIterator> iterator_;
};

}  // namespace

std::size_t start_of_last_characters(std::string_view text, std::size_t count) {
  Clusters clusters(text);
  std::int32_t place = clusters.iterator().last();
  for (; count > 0 && place > 0; --count) place = clusters.iterator().previous();
  return static_cast<std::size_t>(std::max(0, place));
}

std::vector<std::size_t> character_starts(std::string_view text) {
  Clusters clusters(text);
  std::vector<std::size_t> starts;
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t place = clusters.iterator().first(); place >= 0 && place < size;
       place = clusters.iterator().next())
    starts.push_back(static_cast<std::size_t>(place));
  return starts;
}

int terminal_columns(std::string_view cluster) {
  int columns = 0;
  for (const char32_t point : code_points(cluster)) {
    const auto c = static_cast<UChar32>(point);
    const int type = u_charType(c);
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR) continue;
    const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    const bool wide = width == U_EA_WIDE || width == U_EA_FULLWIDTH;
    columns = std::max(columns, wide ? 2 : 1);
  }
  return columns;
}

bool ends_inside_character(std::string_view text) {
  const std::size_t looked_at = std::min<std::size_t>(text.size(), U8_MAX_LENGTH);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data() + text.size() - looked_at);
  auto length = static_cast<std::int32_t>(looked_at);
  U8_TRUNCATE_IF_INCOMPLETE(bytes, 0, length);
  return length < static_cast<std::int32_t>(looked_at);
}

}  // namespace weft
