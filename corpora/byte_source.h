// The bytes of a file, unpacked on the way.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace weft {

/// A stream of bytes.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Writes at most `size` bytes to `out` and returns how many; 0 only at the end. Gives what there
  /// is instead of waiting for more, so that a pipe can be answered line by line.
  virtual std::size_t read(char* out, std::size_t size) = 0;
};

/// Opens a file, or standard input for "-". gzip and xz are recognised by their first bytes.
/// Throws FormatError if the file is missing, a directory or unreadable, here or while reading; if
/// an archive is truncated or damaged, with the byte of the packed file.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

/// How errors name a path: itself, or "standard input" for "-".
std::string display_name(const std::string& path);

/// True if `bytes` is the beginning of `magic` but not yet all of it.
bool may_become(std::string_view bytes, std::string_view magic);

}  // namespace weft
