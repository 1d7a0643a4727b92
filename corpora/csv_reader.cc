#include "corpora/csv_reader.h"

#include <algorithm>

#include "base/error.h"

namespace weft {

namespace {

constexpr std::size_t kMaxFieldBytes = 64u << 20;

}  // namespace

/// Reads on from just behind the opening quote; returns the position behind the closing one, which
/// may lie on a later line.
std::size_t CsvReader::quoted_field(std::size_t begin, std::string& field) {
  const std::uint64_t opening_line = lines_.line_number();
  const std::size_t opening_column = begin;  // columns count from 1
  for (;;) {
    const std::size_t quote = line_.find('"', begin);
    const std::size_t end = std::min(quote, line_.size());
    field.append(line_, begin, end - begin);
    if (quote != std::string::npos) {
      if (quote + 1 >= line_.size() || line_[quote + 1] != '"') return quote + 1;
      field += '"';
      begin = quote + 2;
      continue;
    }
    if (field.size() > kMaxFieldBytes || !lines_.next(line_)) {
      throw FormatError::at_column(lines_.path(), opening_line, opening_column,
                                   "the quote that opens here is never closed; close it, or double "
                                   "it if it belongs to the text");
    }
    field += '\n';
    begin = 0;
  }
}

bool CsvReader::next(std::vector<std::string>& fields) {
  fields.clear();
  do {
    if (!lines_.next(line_)) return false;
  } while (line_.empty());
  line_number_ = lines_.line_number();
  std::size_t position = 0;
  for (;;) {
    std::string& field = fields.emplace_back();
    if (position < line_.size() && line_[position] == '"') {
      position = quoted_field(position + 1, field);
      if (position < line_.size() && line_[position] != separator_) {
        throw FormatError::at_column(lines_.path(), lines_.line_number(), position + 1,
                                     "text follows a closing quote; a separator or the end of the "
                                     "line is expected, and a quote inside quotes is doubled");
      }
    } else {
      const std::size_t end = std::min(line_.find(separator_, position), line_.size());
      field.assign(line_, position, end - position);
      position = end;
    }
    if (position >= line_.size()) return true;
    ++position;  // the separator
  }
}

}  // namespace weft
