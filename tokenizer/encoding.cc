#include "tokenizer/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/error.h"
#include "tokenizer/ascii.h"
#include "tokenizer/code_point.h"

namespace weft {

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    i += ascii_prefix(text.substr(i));
    if (i == text.size()) break;
    const std::size_t start = i;
    if (next_code_point(text, i) < 0) return start;
  }
  return std::nullopt;
}

std::string repair_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t start = i;
    if (next_code_point(text, i) < 0) {
      repaired += "\xEF\xBF\xBD";
    } else {
      repaired.append(text.substr(start, i - start));
    }
  }
  return repaired;
}

struct EncodingConverter::Impl {
  std::string encoding;
  UConverter* converter = nullptr;
  std::uint64_t consumed = 0;  // bytes of the whole input, this call's left out
  ~Impl() { ucnv_close(converter); }

  [[noreturn]] void fail(std::uint64_t end, bool truncated) {
    std::array<char, 32> bad{};
    auto length = static_cast<std::int8_t>(bad.size());
    UErrorCode status = U_ZERO_ERROR;
    ucnv_getInvalidChars(converter, bad.data(), &length, &status);
    const std::uint64_t pending = U_SUCCESS(status) && length > 0 ? std::uint64_t(length) : 0;
    throw UserError("byte " + std::to_string(end - std::min(pending, end)) + ": " +
                    (truncated ? "the text ends within a character of encoding '"
                               : "these bytes are no character of encoding '") +
                    encoding + "'; name the right one with --encoding");
  }
};

EncodingConverter::EncodingConverter(const std::string& encoding) : impl_(new Impl) {
  impl_->encoding = encoding;
  UErrorCode status = U_ZERO_ERROR;
  // ICU takes an empty name for the one of the environment, which would make results depend on it.
  if (!encoding.empty()) impl_->converter = ucnv_open(encoding.c_str(), &status);
  if (encoding.empty() || U_FAILURE(status)) {
    throw UserError("unknown encoding '" + encoding +
                    "'; use a name such as utf-8, latin1, windows-1252, utf-16le or shift_jis");
  }
  ucnv_setToUCallBack(impl_->converter, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                      &status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot set up a converter");
}

EncodingConverter::~EncodingConverter() = default;

void EncodingConverter::convert(std::string_view bytes, bool last, std::string& out) {
  const char* source = bytes.data();
  const char* const end = source + bytes.size();
  std::array<UChar, 4096> units;
  icu::UnicodeString converted;
  UErrorCode status = U_ZERO_ERROR;
  do {
    status = U_ZERO_ERROR;
    UChar* target = units.data();
    ucnv_toUnicode(impl_->converter, &target, units.data() + units.size(), &source, end, nullptr,
                   last, &status);
    converted.append(units.data(), static_cast<std::int32_t>(target - units.data()));
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  impl_->consumed += static_cast<std::uint64_t>(source - bytes.data());
  if (U_FAILURE(status)) impl_->fail(impl_->consumed, status == U_TRUNCATED_CHAR_FOUND);
  converted.toUTF8String(out);
}

}  // namespace weft
