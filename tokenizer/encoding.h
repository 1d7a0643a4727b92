// Bytes to UTF-8: what arrives is checked, other encodings are converted with ICU.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// The offset of the first byte that is not part of valid UTF-8, or nothing.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// Invalid sequences replaced by U+FFFD: for answering on lines that cannot be refused.
std::string repair_utf8(std::string_view text);

/// A streaming converter to UTF-8.
class EncodingConverter {
 public:
  /// Any name ICU knows: "latin1", "windows-1252", "utf-16", "utf-16le" ... Throws UserError else.
  explicit EncodingConverter(const std::string& encoding);
  ~EncodingConverter();
  /// Appends the conversion of `bytes` to `out`; `last` flushes what is pending.
  /// Throws UserError saying at which byte of the whole input the bytes are not of this encoding.
  void convert(std::string_view bytes, bool last, std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft
