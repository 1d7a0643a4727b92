// Lines of a text file, whatever it is packed or encoded in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace weft {

struct LineReaderOptions {
  std::string encoding = "utf-8";
  std::uint64_t max_line_bytes = 64u << 20;  // a longer line is an error, not a silent cut
  bool utf8_alone = false;                   // no option of the user's could say otherwise
  bool repair = false;  // for answering every line: what is invalid becomes U+FFFD, NUL bytes too
};

/// Reads a file, or standard input for the path "-", line by line. `.gz` and `.xz` are recognised
/// by their first bytes and unpacked; a byte-order mark is removed; CRLF counts as a line end; the
/// last line needs none. Other encodings are converted; UTF-16 is also recognised by its mark.
/// Holds one block and one line in memory, and never waits for more input than a line needs.
///
/// Errors name file, line and column: a missing file, a directory, invalid UTF-8, a NUL byte, a
/// truncated or damaged archive, a file that looks like something else (zip, a weft model). Columns
/// are bytes of the line as UTF-8, after a byte-order mark.
class LineReader {
 public:
  explicit LineReader(const std::string& path, const LineReaderOptions& options = {});
  ~LineReader();
  LineReader(LineReader&&) noexcept;

  /// False at the end of the file. `line` comes without its line end.
  bool next(std::string& line);
  /// Like next(), but the line stays: the next call gives it again.
  bool peek(std::string& line);
  /// The number of the line that next() gave last, counted from 1.
  std::uint64_t line_number() const;
  /// As errors name it: "standard input" for "-".
  const std::string& path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The unpacked bytes of a whole file (IDX and other binary formats).
std::string read_file(const std::string& path);

}  // namespace weft
