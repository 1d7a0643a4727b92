#include "corpora/disjoint_parts.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <xxhash.h>

#include <cstdint>

namespace weft {
namespace {

constexpr UChar32 kTypographicApostrophe = 0x2019;
constexpr UChar32 kEllipsis = 0x2026;

bool ends_sentence(UChar32 c) { return c == '.' || c == '!' || c == '?' || c == kEllipsis; }

Part part_of(const std::string& key) {
  switch (XXH64(key.data(), key.size(), 0) % 10) {
    case 0:
      return Part::valid;
    case 1:
      return Part::held_out;
    default:
      return Part::train;
  }
}

std::string key_of(icu::UnicodeString text) {
  text.foldCase();
  icu::UnicodeString key;
  bool gap = false;
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    if (c == '\'' || c == kTypographicApostrophe) continue;
    if (u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK) {
      if (gap && !key.isEmpty()) key.append(static_cast<UChar32>(' '));
      gap = false;
      key.append(c);
    } else {
      gap = true;
    }
  }
  std::string result;
  return key.toUTF8String(result);
}

icu::UnicodeString decoded(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

}  // namespace

std::string sentence_key(std::string_view sentence) { return key_of(decoded(sentence)); }

std::vector<std::string> sentence_keys(std::string_view text) {
  const icu::UnicodeString unicode = decoded(text);
  std::vector<std::string> keys;
  std::int32_t begin = 0;
  for (std::int32_t i = 0; i < unicode.length(); ++i) {
    const bool last = i + 1 == unicode.length();
    if (!last && !(ends_sentence(unicode[i]) && u_isUWhiteSpace(unicode[i + 1]))) continue;
    std::string key = key_of(unicode.tempSubStringBetween(begin, i + 1));
    if (!key.empty()) keys.push_back(std::move(key));
    begin = i + 1;
  }
  return keys;
}

DisjointParts::DisjointParts(const std::vector<std::string>& excluded) {
  for (const std::string& phrase : excluded) excluded_.push_back(' ' + sentence_key(phrase) + ' ');
}

bool DisjointParts::is_excluded(const std::string& key) const {
  const std::string padded = ' ' + key + ' ';
  for (const std::string& phrase : excluded_) {
    if (padded.find(phrase) != std::string::npos) return true;
  }
  return false;
}

std::optional<Part> DisjointParts::place(std::span<const std::string_view> texts) {
  std::vector<std::string> keys;
  std::string item;
  for (std::string_view text : texts) {
    const std::string key = sentence_key(text);
    if (is_excluded(key)) return std::nullopt;
    item += key + '\n';
    for (std::string& sentence : sentence_keys(text)) keys.push_back(std::move(sentence));
  }
  if (keys.empty() || placed_.contains(item)) return std::nullopt;
  const auto known = part_of_sentence_.find(keys.front());
  const Part part = known != part_of_sentence_.end() ? known->second : part_of(keys.front());
  for (const std::string& key : keys) {
    const auto other = part_of_sentence_.find(key);
    if (other != part_of_sentence_.end() && other->second != part) return std::nullopt;
  }
  for (std::string& key : keys) part_of_sentence_.emplace(std::move(key), part);
  placed_.insert(std::move(item));
  return part;
}

}  // namespace weft
