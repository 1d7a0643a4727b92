// The rules behind Scrubber, on UTF-16 as ICU's expressions want it. Private to this folder.
//
// A line may be long, and may be written to hurt. So repetitions are bounded, or of a set alone,
// written X X*: that is a loop without a stack in ICU, and such a run is tried at its beginning
// only. There is no limit of time, as that would make a model depend on the machine.
#pragma once

#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <functional>
#include <memory>
#include <vector>

#include "tokenizer/scrub/placeholders.h"

namespace weft {

/// Code units [begin, end) of a text.
struct ScrubSpan {
  std::int32_t begin = 0, end = 0;
  Placeholder placeholder = Placeholder::name;
};
/// In the order of the text, none overlapping.
using ScrubSpans = std::vector<ScrubSpan>;

/// A regular expression that threads share.
class ScrubPattern {
 public:
  explicit ScrubPattern(const char* utf8);
  /// `see` is given each match and returns where to go on, at least one behind its beginning.
  void visit(const icu::UnicodeString& text,
             const std::function<std::int32_t(const icu::RegexMatcher& match)>& see) const;

 private:
  std::unique_ptr<const icu::RegexPattern> pattern_;
};

ScrubSpans find_urls(const icu::UnicodeString& text);
ScrubSpans find_emails(const icu::UnicodeString& text);
/// International bank account numbers, their check digits right.
ScrubSpans find_ibans(const icu::UnicodeString& text);
/// Card, telephone and account numbers.
ScrubSpans find_numbers(const icu::UnicodeString& text);

/// Names behind a salutation, a title or a closing. `closing`: whether the line before ended with a
/// closing; then, whether this one does.
ScrubSpans find_names(const icu::UnicodeString& text, bool& closing);

}  // namespace weft
