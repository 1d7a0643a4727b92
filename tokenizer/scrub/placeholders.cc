#include "tokenizer/scrub/placeholders.h"

#include <unicode/uchar.h>

#include "tokenizer/code_point.h"

namespace weft {
namespace {

constexpr std::string_view kOpening = "\u27E8", kClosing = "\u27E9";

/// That begins where `text` does; empty if none does.
std::string_view leading_placeholder(std::string_view text) {
  for (const std::string_view placeholder : kPlaceholders)
    if (text.starts_with(placeholder)) return placeholder;
  return {};
}

bool is_part_of_word_or_placeholder(UChar32 c) {
  return is_part_of_word(c) || c == 0x27E8 || c == 0x27E9;
}

UChar32 first_of(std::string_view text) {
  std::size_t place = 0;
  return next_code_point(text, place);
}

UChar32 last_of(std::string_view text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && U8_IS_TRAIL(text[begin])) --begin;
  return first_of(text.substr(begin));
}

}  // namespace

void split_at_placeholders(std::string_view text,
                           const std::function<void(std::string_view)>& plain,
                           const std::function<void(std::string_view)>& placeholder) {
  std::size_t begin = 0;
  for (std::size_t at = text.find(kOpening); at != std::string_view::npos;
       at = text.find(kOpening, at)) {
    const std::string_view found = leading_placeholder(text.substr(at));
    if (found.empty()) {
      at += kOpening.size();
      continue;
    }
    if (at > begin) plain(text.substr(begin, at - begin));
    placeholder(text.substr(at, found.size()));
    begin = at += found.size();
  }
  if (begin < text.size()) plain(text.substr(begin));
}

std::vector<std::string> placeholders_in(std::string_view text) {
  std::vector<std::string> found;
  split_at_placeholders(
      text, [](std::string_view) {},
      [&](std::string_view placeholder) { found.emplace_back(placeholder); });
  return found;
}

std::string set_placeholders_apart(std::string_view text, bool from_everything) {
  if (text.find(kOpening) == std::string_view::npos) return std::string(text);
  std::string result;
  bool behind_placeholder = false;
  const auto joins = [&](UChar32 c) {
    return from_everything ? !u_isUWhiteSpace(c) : is_part_of_word_or_placeholder(c);
  };
  split_at_placeholders(
      text,
      [&](std::string_view stretch) {
        if (behind_placeholder && joins(first_of(stretch))) result += ' ';
        result += stretch;
        behind_placeholder = false;
      },
      [&](std::string_view placeholder) {
        if (!result.empty() && joins(last_of(result))) result += ' ';
        result += placeholder;
        behind_placeholder = true;
      });
  return result;
}

}  // namespace weft
