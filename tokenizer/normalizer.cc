#include "tokenizer/normalizer.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <stdexcept>

#include "tokenizer/ascii.h"

namespace weft {

void NormalizerOptions::visit(OptionVisitor& v) {
  v.choice("unicode-form", form, {"none", "nfc", "nfkc"}, "Unicode normalisation form");
  v.flag("fold-case", fold_case, "full Unicode case folding");
  v.flag("strip-accents", strip_accents, "remove accents and vowel points");
  v.flag("strip-control", strip_control, "remove control and format characters");
  v.flag("squeeze-space", squeeze_space, "make runs of white space one space");
}

namespace {

using Sink = icu::StringByteSink<std::string>;

void check(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
}

/// Appends to `out` what `keep` wants of `text`, code point by code point. Bytes that are not UTF-8
/// become U+FFFD.
template <class Keep>
std::string filter(const std::string& text, Keep keep) {
  std::string out;
  out.reserve(text.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::size_t size = text.size();
  for (std::size_t i = 0; i < size;) {
    const std::size_t start = i;
    UChar32 c;
    U8_NEXT(bytes, i, size, c);
    if (c < 0) {
      out += "\xEF\xBF\xBD";
    } else if (keep(c)) {
      out.append(text, start, i - start);
    }
  }
  return out;
}

bool is_white_space(UChar32 c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  // Most text lies below the first script that has a space of its own: no need to ask ICU.
  if (c < 0x1680) return c == 0x85 || c == 0xA0;
  return u_isUWhiteSpace(c);
}

/// Format characters that carry meaning stay: the joiners of emoji and of Indic and Persian
/// writing, the tags of flags, and signs that are seen, such as the Arabic number sign.
bool is_stray_control(UChar32 c) {
  if (is_white_space(c)) return false;
  if (c < 0x80) return c < ' ' || c == 0x7F;
  const int category = u_charType(c);
  if (category == U_CONTROL_CHAR) return true;
  return category == U_FORMAT_CHAR && c != 0x200C && c != 0x200D &&
         !(c >= 0xE0020 && c <= 0xE007F) &&
         !u_hasBinaryProperty(c, UCHAR_PREPENDED_CONCATENATION_MARK);
}

/// Marks above, below or attached to a letter, and the vowel points of Hebrew and Arabic; not the
/// vowel signs and voicing marks without which Thai, Hindi or Japanese would be other words.
bool is_accent(UChar32 c) {
  if (u_charType(c) != U_NON_SPACING_MARK) return false;
  const int combining_class = u_getCombiningClass(c);
  return combining_class >= 200 || (combining_class >= 10 && combining_class <= 36);
}

std::string to_form(const std::string& text, const icu::Normalizer2* form) {
  UErrorCode status = U_ZERO_ERROR;
  if (form->isNormalizedUTF8(text, status)) return text;
  std::string out;
  Sink sink(&out, static_cast<std::int32_t>(text.size()));
  form->normalizeUTF8(0, text, sink, nullptr, status);
  check(status);
  return out;
}

const icu::Normalizer2* nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFCInstance(status);
  check(status);
  return form;
}

const icu::Normalizer2* nfd() {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFDInstance(status);
  check(status);
  return form;
}

const icu::Normalizer2* nfkc() {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = icu::Normalizer2::getNFKCInstance(status);
  check(status);
  return form;
}

std::string fold(const std::string& text) {
  std::string out;
  Sink sink(&out, static_cast<std::int32_t>(text.size()));
  UErrorCode status = U_ZERO_ERROR;
  icu::CaseMap::utf8Fold(0, text, sink, nullptr, status);
  check(status);
  return out;
}

std::string squeeze(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::size_t size = text.size();
  bool pending = false;
  for (std::size_t i = 0; i < size;) {
    const std::size_t start = i;
    UChar32 c;
    U8_NEXT(bytes, i, size, c);
    if (is_white_space(c)) {
      pending = !out.empty();
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    out.append(text, start, i - start);
  }
  return out;
}

/// One round over any text. Controls go first, as letter and accent may meet where one stood.
std::string normalize_once(std::string text, const NormalizerOptions& options) {
  if (options.strip_control) {
    text = filter(text, [](UChar32 c) { return !is_stray_control(c); });
  }
  if (options.form == UnicodeForm::nfkc) text = to_form(text, nfkc());
  if (options.fold_case) text = fold(text);
  if (options.strip_accents) {
    text = filter(to_form(text, nfd()), [](UChar32 c) { return !is_accent(c); });
    text = to_form(text, nfc());
  }
  if (options.form == UnicodeForm::nfc) text = to_form(text, nfc());
  if (options.form == UnicodeForm::nfkc) text = to_form(text, nfkc());
  return options.squeeze_space ? squeeze(text) : text;
}

/// The same for ASCII alone, where normal forms and accents change nothing.
std::string normalize_ascii(std::string_view text, const NormalizerOptions& options) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  bool after_space = true;  // also at the start: none is kept there
  for (const char c : text) {
    const bool space = is_white_space(c);
    if (space && options.squeeze_space) {
      if (!after_space) out[size++] = ' ';
      after_space = true;
      continue;
    }
    if (options.strip_control && !space && (c < ' ' || c == 0x7F)) continue;
    out[size++] = options.fold_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    after_space = false;
  }
  if (options.squeeze_space && size > 0 && out[size - 1] == ' ') --size;
  out.resize(size);
  return out;
}

}  // namespace

Normalizer::Normalizer(const NormalizerOptions& options) : options_(options) {}

std::string Normalizer::operator()(std::string_view text) const {
  if (is_ascii(text)) return normalize_ascii(text, options_);
  std::string result = normalize_once(std::string(text), options_);
  // Folding and stripping can make new work for each other, in a few odd characters: repeat until
  // nothing changes, so that normalised text is left alone for good.
  if (options_.fold_case || options_.strip_accents) {
    for (int round = 0; round < 4; ++round) {
      std::string again = normalize_once(result, options_);
      if (again == result) break;
      result = std::move(again);
    }
  }
  return result;
}

}  // namespace weft
