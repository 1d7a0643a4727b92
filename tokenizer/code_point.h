// Code points of UTF-8, for files that use ICU. Private to this folder.
#pragma once

#include <unicode/utf8.h>

#include <cstdint>
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

}  // namespace weft
