// Code points of UTF-8, for files that use ICU. Private to this folder.
#pragma once

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

/// Decodes one code point at `place` and moves behind it; negative where the bytes are not UTF-8:
/// overlong forms, surrogates and what lies above U+10FFFF are not.
inline UChar32 next_code_point(std::string_view text, std::size_t& place) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::size_t size = text.size();
  UChar32 c;
  U8_NEXT(bytes, place, size, c);
  return c;
}

/// Letters, digits and the marks on them.
inline bool is_part_of_word(UChar32 c) {
  return u_isalnum(c) || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

/// Of a script that is written without spaces between words, so that boundaries are a matter of
/// dictionaries.
inline bool is_unspaced(UChar32 c) {
  const auto kind = u_getIntPropertyValue(c, UCHAR_LINE_BREAK);
  return kind == U_LB_IDEOGRAPHIC || kind == U_LB_COMPLEX_CONTEXT ||
         kind == U_LB_CONDITIONAL_JAPANESE_STARTER;
}

inline void append_code_point(std::string& text, UChar32 c) {
  std::uint8_t bytes[U8_MAX_LENGTH];
  std::size_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  text.append(reinterpret_cast<const char*>(bytes), length);
}

}  // namespace weft
