// Card, telephone and account numbers, told from dates, times, prices and counts.
#include <unicode/uchar.h>

#include <algorithm>
#include <string>

#include "tokenizer/code_point.h"
#include "tokenizer/scrub/rules.h"

namespace weft {
namespace {

/// Numbers that say nothing of a person: dates, years, times, amounts, addresses of computers.
constexpr const char* kHarmless = R"((?x) (?<! \d ) (?:
    (?<! \d[-./–] ) (?: 1[5-9] | 20 ) \d\d ([-./]) (?: 0?[1-9] | 1[0-2] ) \1
      (?: 0?[1-9] | [12]\d | 3[01] ) (?! \d )
  | (?<! \d[-./] ) (?: 0?[1-9] | [12]\d | 3[01] ) ([-./]) \ ? (?: 0?[1-9] | [12]\d | 3[01] ) \2 \ ?
      (?: (?: 1[5-9] | 20 ) \d\d | \d\d ) (?! [-./]? \d )
  | (?<! \d[-–—/] ) (?: 1[5-9] | 20 ) \d\d \ ? [-–—/] \ ? (?: 1[5-9] | 20 ) \d\d (?! [-–—/]? \d )
  | \d{1,2} : \d\d (?: : \d\d )? (?! \d )
  | (?<! \d[.,] ) [1-9] \d{0,2} (?: (?: , \d{3} ){1,5} (?: \. \d{1,9} )?
                                  | (?: \. \d{3} ){1,5} (?: , \d{1,9} )? ) (?! [.,]? \d )
  | (?<! \d[.,] ) (?<! \+ ) (?: (?: 0 | [1-9] \d{0,5} ) [.,] \d{1,15} | [1-9] \d{6,14} [.,] \d{1,2} )
      (?! [.,]? \d )
  | (?<! \d\. ) \d{1,3} (?: \. \d{1,3} ){3} (?! \.? \d )
))";

constexpr std::size_t kFewest = 7;  // digits of a number that may be somebody's
constexpr std::size_t kFewestOfCard = 13, kMostOfCard = 19, kMostOfPhone = 17;

bool is_space(char16_t c) { return c == u' ' || c == 0xA0 || c == 0x2009 || c == 0x202F; }
bool is_hyphen(char16_t c) { return c == u'-' || (c >= 0x2010 && c <= 0x2013); }

/// Digits in a row, of any script.
struct Group {
  std::int32_t begin = 0, end = 0;
  std::string digits;
};
using Groups = std::vector<Group>;

Groups groups_of(const icu::UnicodeString& text, const ScrubSpans& harmless) {
  Groups groups;
  auto next = harmless.begin();
  for (std::int32_t i = 0; i < text.length();) {
    if (next != harmless.end() && i == next->begin) {
      i = (next++)->end;
      continue;
    }
    const UChar32 c = text.char32At(i);
    const std::int32_t end = i + U16_LENGTH(c);
    if (u_isdigit(c)) {
      if (groups.empty() || groups.back().end != i) groups.push_back({i, i, ""});
      groups.back().end = end;
      groups.back().digits += static_cast<char>('0' + u_charDigitValue(c));
    }
    i = end;
  }
  return groups;
}

/// Luhn's checksum, of cards.
bool is_luhn(const std::string& digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit < 5 ? 2 * digit : 2 * digit - 9;
    sum += digit;
  }
  return sum % 10 == 0;
}

bool is_year(const std::string& digits) {
  return digits.size() == 4 && (digits.starts_with("20") || (digits >= "1500" && digits < "2000"));
}

bool is_day(const std::string& digits) {
  return digits.size() == 8 && is_year(digits.substr(0, 4)) && digits.substr(4, 2) >= "01" &&
         digits.substr(4, 2) <= "12" && digits.substr(6) >= "01" && digits.substr(6) <= "31";
}

/// With three digits that count, at most.
bool is_round(const std::string& digits) {
  return digits[0] != '0' && digits.find_last_not_of('0') < 3;
}

class NumberFinder {
 public:
  NumberFinder(const icu::UnicodeString& text, const ScrubSpans& harmless)
      : text_(text), groups_(groups_of(text, harmless)) {}

  ScrubSpans run() {
    for (std::size_t begin = 0; begin < groups_.size();) {
      std::size_t end = begin + 1;
      while (end < groups_.size() && joins(end - 1)) ++end;
      find_cards(begin, end);
      begin = end;
    }
    return std::move(spans_);
  }

 private:
  /// What stands behind a group, up to the next one.
  icu::UnicodeString gap(std::size_t group) const {
    return text_.tempSubStringBetween(groups_[group].end, groups_[group + 1].begin);
  }
  /// Whether that leaves both groups parts of one number.
  bool joins(std::size_t group) const {
    const std::int32_t length = groups_[group + 1].begin - groups_[group].end;
    if (length < 1 || length > 3) return false;
    const icu::UnicodeString between = gap(group);
    for (std::int32_t i = 0; i < length; ++i) {
      const char16_t c = between[i];
      const bool is_joint = is_space(c) || is_hyphen(c) || c == u'(' || c == u')' || c == u'/';
      if (!is_joint && (c != u'.' || length > 1)) return false;
    }
    return true;
  }
  bool has_plain_gap(std::size_t group) const {
    const icu::UnicodeString between = gap(group);
    return between.length() == 1 && (is_space(between[0]) || is_hyphen(between[0]));
  }
  bool gap_has(std::size_t group, char16_t c) const { return gap(group).indexOf(c) >= 0; }

  std::size_t count(std::size_t begin, std::size_t end) const {
    std::size_t digits = 0;
    for (std::size_t g = begin; g < end; ++g) digits += groups_[g].digits.size();
    return digits;
  }
  void add(std::size_t begin, std::size_t end, Placeholder placeholder) {
    spans_.push_back({groups_[begin].begin, groups_[end - 1].end, placeholder});
  }

  /// Groups [begin, end) are joined: cards first, the rest between them.
  void find_cards(std::size_t begin, std::size_t end) {
    std::size_t rest = begin;
    for (std::size_t g = begin; g < end;) {
      const std::size_t card = card_end(g, end);
      if (card == g) {
        ++g;
        continue;
      }
      classify(rest, g);
      add(g, card, Placeholder::card);
      rest = g = card;
    }
    classify(rest, end);
  }
  /// Of the longest card number that begins with a group; that group itself if none does.
  std::size_t card_end(std::size_t begin, std::size_t end) const {
    std::size_t found = begin;
    std::string digits;
    for (std::size_t g = begin; g < end; ++g) {
      if (digits.size() + groups_[g].digits.size() > kMostOfCard) break;
      digits += groups_[g].digits;
      if (digits.size() >= kFewestOfCard && is_luhn(digits)) found = g + 1;
      if (g + 1 < end && !has_plain_gap(g)) break;
    }
    return found;
  }

  void classify(std::size_t begin, std::size_t end) {
    if (count(begin, end) < kFewest) return;
    const bool amount = is_amount(begin, end);
    if (is_dialled(begin, end) && !(amount && is_in_thousands(begin, end)))
      return add_phone(begin, end);
    if (amount) return;
    if (has_shape_of_phone(begin, end)) return add_phone(begin, end);
    for (std::size_t g = begin; g + 1 < end; ++g) {
      const bool apart =
          gap_has(g, u'.') || gap_has(g, u'/') || gap_has(g, u'(') || gap_has(g, u')');
      if (!apart) continue;
      find_accounts(begin, g + 1);
      begin = g + 1;
    }
    find_accounts(begin, end);
  }

  char16_t before(std::size_t group, std::int32_t back = 1) const {
    const std::int32_t place = groups_[group].begin - back;
    return place < 0 ? u'\0' : text_[place];
  }
  /// Money, percent.
  bool is_amount(std::size_t begin, std::size_t end) const {
    static const icu::UnicodeString signs = icu::UnicodeString::fromUTF8("$€£¥₹₽%‰");
    const auto is_sign = [&](char16_t c) { return c != 0 && signs.indexOf(c) >= 0; };
    if (is_sign(is_space(before(begin)) ? before(begin, 2) : before(begin))) return true;
    const std::int32_t behind = groups_[end - 1].end;
    const std::int32_t next =
        behind < text_.length() && is_space(text_[behind]) ? behind + 1 : behind;
    if (next >= text_.length()) return false;
    if (is_sign(text_[next])) return true;
    for (const char16_t* unit : {u"EUR", u"USD", u"GBP", u"CHF", u"euro", u"euros", u"dollar",
                                 u"dollars", u"pound", u"pounds", u"people", u"percent"})
      if (text_.caseCompare(next, u_strlen(unit), unit, 0) == 0 &&
          !is_part_of_word(text_.char32At(next + u_strlen(unit))))
        return true;
    return false;
  }

  /// Groups of three digits behind the first, spaces between them: +1 500 000.
  bool is_in_thousands(std::size_t begin, std::size_t end) const {
    if (groups_[begin].digits.size() > 3) return false;
    for (std::size_t g = begin; g + 1 < end; ++g)
      if (groups_[g + 1].digits.size() != 3 || !is_space(gap(g)[0])) return false;
    return true;
  }

  bool has_plus(std::size_t group) const {
    return before(group) == u'+' || (before(group) == u'(' && before(group, 2) == u'+');
  }
  /// A bracket that opens before a group, or before one behind it, is closed behind a later one.
  bool has_brackets(std::size_t begin, std::size_t end) const {
    bool open = before(begin) == u'(' || (has_plus(begin) && before(begin, 2) == u'(');
    for (std::size_t g = begin; g + 1 < end; ++g) {
      if (open && gap_has(g, u')')) return true;
      open = open || gap_has(g, u'(');
    }
    return false;
  }

  /// With what is written before numbers that are called: a plus, brackets, a nought.
  bool is_dialled(std::size_t begin, std::size_t end) const {
    const std::size_t digits = count(begin, end);
    if (digits > kMostOfPhone) return false;
    if (has_plus(begin) || has_brackets(begin, end)) return true;
    const std::string& first = groups_[begin].digits;
    if (first.starts_with("00") && digits >= 9) return true;
    return first.starts_with('0') && digits >= (end - begin == 1 ? 9u : 8u) && digits <= 13;
  }
  /// 555-0199, 212 555 0199, 1-212-555-0199, 12 34 56 78, 01.23.45.67.89.
  bool has_shape_of_phone(std::size_t begin, std::size_t end) const {
    std::string shape;
    for (std::size_t g = begin; g < end; ++g) {
      if (g + 1 < end && !has_plain_gap(g) && gap(g) != u".") return false;
      shape += std::to_string(groups_[g].digits.size());
    }
    for (const char* known : {"34", "334", "1334", "2222", "22222"})
      if (shape == known) return shape != "22222" || groups_[begin].digits[0] == '0';
    return false;
  }
  void add_phone(std::size_t begin, std::size_t end) {
    add(begin, end, Placeholder::phone);
    std::int32_t& first = spans_.back().begin;
    if (!has_plus(begin) && !has_brackets(begin, end)) return;
    while (first > 0 && (text_[first - 1] == u'+' || text_[first - 1] == u'(')) {
      const bool opens_all = text_[first - 1] == u'(' && !closes_within(begin, end);
      if (opens_all) break;
      --first;
    }
  }
  bool closes_within(std::size_t begin, std::size_t end) const {
    for (std::size_t g = begin; g + 1 < end; ++g)
      if (gap_has(g, u')')) return true;
    return false;
  }

  /// Groups with spaces and hyphens between them.
  void find_accounts(std::size_t begin, std::size_t end) {
    if (count(begin, end) < kFewest) return;
    if (end - begin == 1) {
      const std::string& digits = groups_[begin].digits;
      if (!is_day(digits) && !is_round(digits)) add(begin, end, Placeholder::account);
    } else if (is_account(begin, end)) {
      add(begin, end, Placeholder::account);
    } else {
      for (std::size_t g = begin; g < end; ++g) find_accounts(g, g + 1);
    }
  }
  /// Not years, nor millions or a round number in groups of three, nor a list of small numbers.
  bool is_account(std::size_t begin, std::size_t end) const {
    bool years = true, small = false;
    std::string digits;
    for (std::size_t g = begin; g < end; ++g) {
      const std::size_t size = groups_[g].digits.size();
      years = years && is_year(groups_[g].digits);
      small = small || size < 2;
      digits += groups_[g].digits;
    }
    constexpr std::size_t kMillions = 8;
    if (years) return false;
    if (is_in_thousands(begin, end)) return digits.size() > kMillions && !is_round(digits);
    return !small && 2 * digits.size() >= 5 * (end - begin);
  }

  const icu::UnicodeString& text_;
  Groups groups_;
  ScrubSpans spans_;
};

/// The remainder by 97 with the first four characters at the end and letters from 10 on (ISO 7064).
bool is_iban(const std::string& text) {
  if (text.size() < 15) return false;
  int remainder = 0;
  for (const char c : text.substr(4) + text.substr(0, 4))
    remainder = (c <= '9' ? remainder * 10 + (c - '0') : remainder * 100 + (c - 'A' + 10)) % 97;
  return remainder == 1;
}

}  // namespace

ScrubSpans find_ibans(const icu::UnicodeString& text) {
  static const ScrubPattern pattern(
      R"((?<![\p{L}\p{N}])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}+)");
  ScrubSpans spans;
  pattern.visit(text, [&](const icu::RegexMatcher& match) {
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t begin = match.start(status), end = match.end(status);
    std::string compact;
    std::int32_t found = begin;
    for (std::int32_t i = begin; i < end; ++i) {
      if (text[i] == u' ' || text[i] == u'-') continue;
      compact += static_cast<char>(u_toupper(text[i]));
      const bool over = i + 1 == text.length() || !u_isalnum(text.char32At(i + 1));
      if (over && is_iban(compact)) found = i + 1;
    }
    if (found > begin) spans.push_back({begin, found, Placeholder::account});
    return std::max(found, begin + 1);
  });
  return spans;
}

ScrubSpans find_numbers(const icu::UnicodeString& text) {
  static const ScrubPattern pattern(kHarmless);
  ScrubSpans harmless;
  pattern.visit(text, [&](const icu::RegexMatcher& match) {
    UErrorCode status = U_ZERO_ERROR;
    harmless.push_back({match.start(status), match.end(status), Placeholder::name});
    return match.end(status);
  });
  return NumberFinder(text, harmless).run();
}

}  // namespace weft
