// Names of people by what stands before them.
#include <unicode/uchar.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "tokenizer/scrub/rules.h"

namespace weft {
namespace {

/// Salutations (1), titles (2), closings that a name may follow at once (3), and those that are
/// closings only with a comma (4).
constexpr const char* kBeforeNames = R"((?x)
  (Dear|DEAR|(?i: hi|hello|hey | good\ (?: morning|afternoon|evening ) )|Hallo|Bonjour|Hola|Ciao)
  | ((?:Mr|MR|Mrs|MRS|Ms|MS|Mx|Miss|Dr|DR|Prof|Professor|Herr|Herrn|Frau|Mme|Monsieur|Madame
      |Señora?|Signora?) (?= [.\ \u00A0] ) \.?)
  | ((?i: regards|sincerely|faithfully|truly|thanks|thank\ you|thx|cheers|wishes|gr(?:ü|u)(?:ß|ss)en?
      |cordialement|saludos|saluti )
    (?: \ (?: again | a\ lot | so\ much | very\ much | in\ advance ) )?)
  | (Best|Yours|Love|Warmly|Respectfully|Cordially)
)";

/// Words that are no names where a name might stand. Those that are names as well (Will, June) are
/// not among them: better a word too many is lost than a name kept.
constexpr const char* kOtherWords =
    "a afternoon again all also and any anyone anything are as at best bonjour but by can "
    "cheers ciao colleague colleagues committee congratulations could customer customers dear "
    "december did do dr editor evening everybody everyone february folks for frau friday "
    "friend friends from gentlemen good great guys hallo happy has have he hello here herr "
    "herrn hey hi hiring hola hope how i if in is it january july just kind ladies let looking "
    "love madam madame manager many march member members miss mme monday monsieur morning mr "
    "mrs ms mx my no not november october of on one or our parent parents please prof "
    "professor reader readers regards saturday see sent september she since sincerely sir sirs "
    "so some sorry student students sunday support team thank thanks that the then there these "
    "they this those thursday to today tomorrow tuesday user users valued was we wednesday "
    "well were what when where which who why with world would yes you your yours ";

const std::set<std::string>& other_words() {
  static const std::set<std::string> words = [] {
    std::istringstream list(kOtherWords);
    return std::set<std::string>(std::istream_iterator<std::string>(list), {});
  }();
  return words;
}

constexpr int kMostWords = 5;  // of a name, initials counted

bool is_letter(UChar32 c) { return u_isalpha(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0; }
/// Begins a name: a capital, or a letter of a script that has none; of Georgian, Unicode says that
/// it has, but they begin no names.
bool is_capital(UChar32 c) {
  return (c >= 0x10D0 && c <= 0x10FF) ||
         (U_GET_GC_MASK(c) & (U_GC_LU_MASK | U_GC_LT_MASK | U_GC_LO_MASK)) != 0;
}
bool is_space(char16_t c) { return c == u' ' || c == 0xA0; }

/// Reads names off a text.
class NameReader {
 public:
  explicit NameReader(const icu::UnicodeString& text) : text_(text) {}

  std::int32_t size() const { return text_.length(); }
  /// At the end of the text, no character.
  char16_t at(std::int32_t place) const { return place < size() ? text_[place] : u'\0'; }

  std::int32_t behind(std::int32_t place, const icu::UnicodeString& any) const {
    while (place < size() && any.indexOf(text_[place]) >= 0) ++place;
    return place;
  }
  std::int32_t behind_space(std::int32_t place) const {
    while (place < size() && is_space(text_[place])) ++place;
    return place;
  }

  /// Where the name ends that begins at `begin`; `begin` if there is none.
  std::int32_t name_end(std::int32_t begin) const {
    std::int32_t end = begin;
    int words = 0;
    for (std::int32_t place = begin; words < kMostWords;) {
      const std::int32_t initial = initial_end(place);
      const bool is_initial = initial > place;
      const std::int32_t particles = is_initial ? place : behind_particles(place);
      const std::int32_t word = is_initial ? initial : word_end(particles);
      if (word == particles) break;
      ++words;
      place = behind_space(word);
      if (is_initial) continue;
      end = word;
      if (place == word) break;
    }
    return end;
  }

  /// Whether a name that ends here is the last of its sentence or line.
  bool is_last(std::int32_t place) const {
    place = behind_space(place);
    return place == size() || u_ispunct(text_.char32At(place));
  }

 private:
  std::int32_t letters_end(std::int32_t place) const {
    while (place < size() && is_letter(text_.char32At(place)))
      place += U16_LENGTH(text_.char32At(place));
    return place;
  }
  /// A capitalised word, "Jean-Luc", "O'Brien"; `begin` if there is none.
  std::int32_t word_end(std::int32_t begin) const {
    if (begin >= size() || !is_capital(text_.char32At(begin))) return begin;
    std::int32_t end = letters_end(begin);
    for (std::int32_t more = part_end(end); more > end; more = part_end(end)) end = more;
    if (text_.countChar32(begin, end - begin) < 2) return begin;
    std::string word;
    icu::UnicodeString(text_, begin, std::min(end - begin, 20)).toLower().toUTF8String(word);
    return other_words().contains(word) ? begin : end;
  }
  /// Behind a hyphen or apostrophe, but not that of "Anna's".
  std::int32_t part_end(std::int32_t place) const {
    const char16_t joint = at(place);
    const bool apostrophe = joint == u'\'' || joint == 0x2019;
    if (!apostrophe && joint != u'-' && joint != 0x2010 && joint != 0x2011) return place;
    const std::int32_t end = letters_end(place + 1);
    const bool is_part = end > place + 1 &&
                         (!apostrophe || is_capital(text_.char32At(place + 1)) || end - place > 3);
    return is_part ? end : place;
  }
  /// "J."
  std::int32_t initial_end(std::int32_t place) const {
    if (place >= size() || !u_isupper(text_.char32At(place))) return place;
    const std::int32_t end = place + U16_LENGTH(text_.char32At(place));
    return at(end) == u'.' ? end + 1 : place;
  }
  /// "van der", if a capitalised word follows; else `place`.
  std::int32_t behind_particles(std::int32_t place) const {
    static const std::set<icu::UnicodeString> particles = {
        u"von", u"van", u"der", u"den", u"de", u"da", u"do",  u"dos", u"di", u"del",
        u"la",  u"le",  u"bin", u"ibn", u"al", u"el", u"ten", u"ter", u"zu"};
    std::int32_t next = place;
    for (int words = 0; words < 3; ++words) {
      const std::int32_t end = letters_end(next);
      if (end == next || end - next > 3 ||
          !particles.contains(text_.tempSubStringBetween(next, end)))
        break;
      next = behind_space(end);
    }
    return word_end(next) > next ? next : place;
  }

  const icu::UnicodeString& text_;
};

bool stands_alone(const icu::UnicodeString& text, std::int32_t begin, std::int32_t end) {
  return (begin == 0 || !is_letter(text.char32At(begin - 1))) &&
         (end == text.length() || !is_letter(text.char32At(end)));
}

/// The name and, after a salutation, those that "and" joins to it.
void add_names(const icu::UnicodeString& text, const NameReader& reader, std::int32_t begin,
               bool several, ScrubSpans& spans) {
  for (;;) {
    const std::int32_t end = reader.name_end(begin);
    if (end == begin) return;
    spans.push_back({begin, end, Placeholder::name});
    begin = end;
    const std::int32_t next = reader.behind_space(end);
    for (const char16_t* word : {u"and ", u"& ", u"und ", u"et ", u"y "})
      if (text.compare(next, u_strlen(word), word) == 0) begin = next + u_strlen(word);
    if (!several || begin == end) return;
  }
}

/// Behind a closing that ends at `place`.
void add_signature(const icu::UnicodeString& text, const NameReader& reader, std::int32_t place,
                   bool needs_comma, bool& closing, ScrubSpans& spans) {
  const std::int32_t begin = reader.behind(place, u" \u00A0,!-\u2013\u2014");
  const bool comma = reader.at(reader.behind_space(place)) == u',';
  if (needs_comma && !comma) return;
  closing = closing || begin == text.length();
  const std::int32_t end = reader.name_end(begin);
  if (begin > place && (comma || reader.is_last(end)))
    add_names(text, reader, begin, /*several=*/true, spans);
}

}  // namespace

ScrubSpans find_names(const icu::UnicodeString& text, bool& closing) {
  static const ScrubPattern pattern(kBeforeNames);
  ScrubSpans spans;
  const NameReader reader(text);
  if (closing) {
    const std::int32_t begin = reader.behind(0, u" \u00A0-\u2013\u2014~");
    const std::int32_t end = reader.name_end(begin);
    if (end > begin && reader.is_last(end)) spans.push_back({begin, end, Placeholder::name});
  }
  closing = false;
  pattern.visit(text, [&](const icu::RegexMatcher& match) {
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t begin = match.start(status), end = match.end(status);
    const std::size_t before = spans.size();
    const bool inside_name = before > 0 && begin < spans.back().end;
    if (inside_name || !stands_alone(text, begin, end)) return end;
    if (match.start(1, status) >= 0) {
      add_names(text, reader, reader.behind(end, u" \u00A0,"), true, spans);
    } else if (match.start(2, status) >= 0) {
      add_names(text, reader, reader.behind_space(end), false, spans);
    } else {
      add_signature(text, reader, end, match.start(4, status) >= 0, closing, spans);
    }
    return spans.size() > before ? spans.back().end : end;
  });
  return spans;
}

}  // namespace weft
