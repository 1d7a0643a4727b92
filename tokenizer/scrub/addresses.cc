// URLs and e-mail addresses.
#include <stdexcept>

#include "tokenizer/scrub/rules.h"

namespace weft {
namespace {

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
}

/// A domain without http:// must have one of these endings, common ones and shorteners', and a
/// path: "this.is/that" is no URL.
constexpr const char* kUrl = R"((?ix)
  (?<![\p{L}\p{N}@]) (?: (?: https? | ftps? ) :// | www\. (?= [\p{L}\p{N}] ) ) [^\s<>"⟨⟩] [^\s<>"⟨⟩]*
  | (?<![\p{L}\p{N}@./-]) (?: [\p{L}\p{N}-]{1,63}+ \. ){1,8}+
    (?: com|org|net|edu|gov|mil|int|info|biz|io|co|ai|app|dev|me|tv|eu|us|uk|ie|ca|au|nz|de|at|ch|li
      |fr|be|nl|lu|it|es|pt|pl|cz|sk|hu|ro|bg|gr|se|no|dk|fi|is|ee|lv|lt|ru|ua|tr|il|in|cn|jp|kr|tw
      |hk|sg|br|mx|ar|cl|za|online|site|shop|xyz|page|link|ly|gl|gd|cc )
    (?: : \d{1,5} )? [/?\#] [^\s<>"⟨⟩]*
)";

constexpr const char* kEmail = R"((?x)
  (?<! [\p{L}\p{N}._%+'-] ) [\p{L}\p{N}._%+'-] [\p{L}\p{N}._%+'-]*
  @ [\p{L}\p{N}-] [\p{L}\p{N}-]* (?: \. [\p{L}\p{N}-] [\p{L}\p{N}-]* ){1,20}
)";

/// Without punctuation that belongs to the sentence.
std::int32_t url_end(const icu::UnicodeString& text, std::int32_t begin, std::int32_t end) {
  static const icu::UnicodeString sentence = icu::UnicodeString::fromUTF8(".,;:!?'*_]}»”’…。、，");
  const bool opened = text.indexOf(u'(', begin, end - begin) >= 0;
  while (end > begin + 1) {
    const char16_t last = text[end - 1];
    if (sentence.indexOf(last) < 0 && (last != u')' || opened)) break;
    --end;
  }
  return end;
}

}  // namespace

ScrubPattern::ScrubPattern(const char* utf8) {
  UErrorCode status = U_ZERO_ERROR;
  UParseError place;
  pattern_.reset(icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(utf8), 0, place, status));
  check(status);
}

void ScrubPattern::visit(
    const icu::UnicodeString& text,
    const std::function<std::int32_t(const icu::RegexMatcher& match)>& see) const {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::RegexMatcher> matcher(pattern_->matcher(text, status));
  check(status);
  for (std::int32_t from = 0; from <= text.length();) {
    const bool found = matcher->find(from, status);
    check(status);
    if (!found) return;
    from = see(*matcher);
  }
}

ScrubSpans find_urls(const icu::UnicodeString& text) {
  static const ScrubPattern pattern(kUrl);
  ScrubSpans spans;
  pattern.visit(text, [&](const icu::RegexMatcher& match) {
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t begin = match.start(status), end = match.end(status);
    spans.push_back({begin, url_end(text, begin, end), Placeholder::url});
    return end;
  });
  return spans;
}

ScrubSpans find_emails(const icu::UnicodeString& text) {
  static const ScrubPattern pattern(kEmail);
  ScrubSpans spans;
  pattern.visit(text, [&](const icu::RegexMatcher& match) {
    UErrorCode status = U_ZERO_ERROR;
    std::int32_t begin = match.start(status);
    const std::int32_t end = match.end(status);
    while (text[begin] == u'\'') ++begin;  // a quotation mark
    if (text[begin] != u'@') spans.push_back({begin, end, Placeholder::email});
    return end;
  });
  return spans;
}

}  // namespace weft
