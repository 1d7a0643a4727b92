#include "tokenizer/escape.h"

namespace weft {

namespace {
constexpr std::string_view kEscape = "\xEF\xBF\xAE";  // U+FFEE
}

std::string escape_mark(std::string_view text, std::string_view mark) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.starts_with(mark)) {
      out.append(kEscape).append(".");
      text.remove_prefix(mark.size());
    } else if (text.starts_with(kEscape)) {
      out.append(kEscape).append(kEscape);
      text.remove_prefix(kEscape.size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string unescape_mark(std::string_view text, std::string_view mark) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view rest = text.substr(text.starts_with(kEscape) ? kEscape.size() : 0);
    if (rest.size() < text.size() && rest.starts_with(".")) {
      out.append(mark);
      text = rest.substr(1);
    } else if (rest.size() < text.size() && rest.starts_with(kEscape)) {
      out.append(kEscape);
      text = rest.substr(kEscape.size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace weft
