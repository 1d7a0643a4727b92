// Which column of a table is the label and which the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/labelled_reader.h"

namespace weft {

struct TableRow {
  std::vector<std::string> fields;
  std::uint64_t line = 0;
};

struct Columns {
  bool header = false;               // the first row names the columns
  std::optional<std::size_t> label;  // counted from 0; nothing: the table has no labels
  std::vector<std::size_t> text;     // empty in a numeric table
};

/// A finite or infinite number, white space around it allowed; nothing for anything else.
std::optional<double> parse_number(std::string_view field);
std::string_view trim(std::string_view text);

/// True if there are at least two fields and each is a number.
bool all_numbers(const std::vector<std::string>& fields);

/// A label, whatever it is called, and at least two numbers.
bool is_labelled_series(const std::vector<std::string>& fields);

/// True if the rows behind a header are all numbers, or all labels with numbers, and no column of
/// it is known to be text.
bool is_numeric_table_with_header(const std::vector<TableRow>& rows);

/// Decides from the options and the first rows (at least one; more make a better guess). `format`
/// is tsv, csv or numeric. Throws FormatError, naming `path`, if the columns cannot be told.
Columns choose_columns(const std::vector<TableRow>& rows, LabelledFormat format,
                       const LabelledReaderOptions& options, const std::string& path);

}  // namespace weft
