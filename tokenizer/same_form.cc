#include "tokenizer/same_form.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <cmath>

#include "tokenizer/code_point.h"
#include "tokenizer/unicode_text.h"

namespace weft {
namespace {

std::u32string digits_like(char32_t digit) {
  const char32_t zero =
      digit - static_cast<char32_t>(u_charDigitValue(static_cast<UChar32>(digit)));
  std::u32string digits;
  for (char32_t value = 0; value < 10; ++value) digits += zero + value;
  return digits;
}

/// What may stand for `c`: it alone if it is to stay.
std::u32string choices_for(char32_t c) {
  const auto point = static_cast<UChar32>(c);
  if (u_isdigit(point)) return digits_like(c);
  if (!u_isalpha(point)) return {c};
  UErrorCode status = U_ZERO_ERROR;
  const bool upper = u_isupper(point);
  switch (uscript_getScript(point, &status)) {
    case USCRIPT_LATIN:
      return upper ? U"ABCDEFGHIJKLMNOPQRSTUVWXYZ" : U"abcdefghijklmnopqrstuvwxyz";
    case USCRIPT_GREEK:
      return upper ? U"ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ" : U"αβγδεζηθικλμνξοπρστυφχψω";
    case USCRIPT_CYRILLIC:
      return upper ? U"АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ" : U"абвгдежзийклмнопрстуфхцчшщъыьэюя";
    default:
      return {c};
  }
}

}  // namespace

SameForm::SameForm(std::string_view text) {
  for (const char32_t c : code_points(text)) {
    std::vector<std::string>& place = places_.emplace_back();
    for (const char32_t choice : choices_for(c))
      append_code_point(place.emplace_back(), static_cast<UChar32>(choice));
  }
}

double SameForm::bits() const {
  double bits = 0;
  for (const auto& place : places_) bits += std::log2(place.size());
  return bits;
}

std::string SameForm::draw(RandomStream& random) const {
  std::string text;
  for (const auto& place : places_)
    text += place.size() == 1 ? place.front() : place[random.below(place.size())];
  return text;
}

}  // namespace weft
