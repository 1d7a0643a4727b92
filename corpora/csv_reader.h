// Comma-separated values as in RFC 4180, with the places of what is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "corpora/line_reader.h"

namespace weft {

/// Records of quoted and plain fields. A quoted field may hold separators, line breaks and,
/// doubled, quotes; a quote inside a plain field is an ordinary character. Empty lines are no
/// records.
class CsvReader {
 public:
  /// `lines` must outlive the reader.
  explicit CsvReader(LineReader& lines, char separator = ',')
      : lines_(lines), separator_(separator) {}

  /// False at the end. Throws FormatError, with the line and column of the opening quote, if a
  /// quote is never closed or its field grows beyond 64 MiB; with its own place, for text after a
  /// closing quote.
  bool next(std::vector<std::string>& fields);
  /// The line on which the record that next() gave last begins.
  std::uint64_t line_number() const { return line_number_; }

 private:
  std::size_t quoted_field(std::size_t begin, std::string& field);

  LineReader& lines_;
  char separator_;
  std::uint64_t line_number_ = 0;
  std::string line_;
};

}  // namespace weft
