#include "corpora/columns.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace weft {

namespace {

constexpr std::string_view kLabelNames[] = {"label", "labels", "class", "sentiment", "category"};
constexpr std::string_view kTextNames[] = {"text",  "sentence", "review",
                                           "tweet", "message",  "comment"};

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

template <std::size_t N>
std::optional<std::size_t> find_known(const std::vector<std::string>& header,
                                      const std::string_view (&names)[N]) {
  for (const std::string_view name : names) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (same_name(trim(header[i]), name)) return i;
    }
  }
  return std::nullopt;
}

bool is_index(std::string_view name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= names.size()) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const std::string_view part = trim(std::string_view(names).substr(begin, end - begin));
    if (!part.empty()) parts.emplace_back(part);
    begin = end + 1;
  }
  return parts;
}

bool names_a_column(const std::string& option) {
  if (option == "none") return false;
  const std::vector<std::string> parts = split_names(option);
  return std::any_of(parts.begin(), parts.end(), [](const auto& part) { return !is_index(part); });
}

/// The first row differs in kind from all others: no number in it, a column of numbers below.
bool stands_above_numbers(const std::vector<TableRow>& rows) {
  const std::vector<std::string>& first = rows.front().fields;
  if (rows.size() < 3) return false;
  const auto number = [](const std::string& field) { return parse_number(field).has_value(); };
  if (std::any_of(first.begin(), first.end(), number)) return false;
  for (std::size_t column = 0; column < first.size(); ++column) {
    if (std::all_of(rows.begin() + 1, rows.end(), [&](const TableRow& row) {
          return column < row.fields.size() && number(row.fields[column]);
        })) {
      return true;
    }
  }
  return false;
}

bool has_header(const std::vector<TableRow>& rows, LabelledFormat format,
                const LabelledReaderOptions& options) {
  if (options.header != HeaderRow::automatic) return options.header == HeaderRow::yes;
  if (names_a_column(options.label_column) || names_a_column(options.text_column)) return true;
  const std::vector<std::string>& first = rows.front().fields;
  const bool label = find_known(first, kLabelNames).has_value();
  const bool text = find_known(first, kTextNames).has_value();
  // A first example may well be "class<TAB>…" or hold the field "text"; both at once is a header.
  if (label && text) return true;
  if (format == LabelledFormat::tsv) return false;
  const bool numbers = std::any_of(first.begin(), first.end(),
                                   [](const auto& field) { return parse_number(field); });
  return ((label || text) && !numbers) || stands_above_numbers(rows);
}

std::string list(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

/// The guesses of the formats where no option and no header decides.
class Chooser {
 public:
  Chooser(const std::vector<TableRow>& rows, LabelledFormat format, bool header,
          const LabelledReaderOptions& options, const std::string& path)
      : rows_(rows),
        first_(rows.front().fields),
        format_(format),
        header_(header),
        options_(options),
        path_(path) {}

  Columns choose() {
    Columns columns;
    columns.header = header_;
    const bool without_label = options_.label_column == "none";
    std::optional<std::size_t> label;
    if (!without_label && !options_.label_column.empty()) label = column(options_.label_column);
    if (!without_label && !label && header_) label = find_known(first_, kLabelNames);
    if (format_ == LabelledFormat::numeric) {
      if (!label && !without_label) label = 0;
      columns.label = label;
      return columns;
    }
    for (const std::string& name : split_names(options_.text_column)) {
      columns.text.push_back(column(name));
    }
    if (columns.text.empty() && header_) {
      if (const auto text = find_known(first_, kTextNames)) columns.text = {*text};
    }
    if (columns.text.empty()) columns.text = {guess_text(label, without_label)};
    if (!label && !without_label) label = guess_label(columns.text);
    columns.label = label;
    return columns;
  }

 private:
  std::size_t column(const std::string& name) const {
    if (is_index(name)) {
      std::size_t index = 0;
      std::from_chars(name.data(), name.data() + name.size(), index);
      if (index >= 1 && index <= first_.size()) return index - 1;
      fail("there is no column " + name + ", the first row has " + std::to_string(first_.size()) +
           "; columns count from 1");
    }
    for (std::size_t i = 0; i < first_.size(); ++i) {
      if (same_name(trim(first_[i]), trim(name))) return i;
    }
    fail("there is no column '" + name + "'; the first row has " + list(first_));
  }

  std::size_t guess_text(std::optional<std::size_t> label, bool without_label) const {
    const std::size_t count = first_.size();
    if (without_label && count == 1) return 0;
    if (count == 2 && label) return 1 - *label;
    if (format_ == LabelledFormat::tsv && label != count - 1) return count - 1;
    std::vector<std::size_t> texts;
    for (std::size_t i = 0; i < count; ++i) {
      if (i != label && !is_number_column(i)) texts.push_back(i);
    }
    if (texts.size() == 1) return texts.front();
    if (count == 2 && texts.size() == 2) return length(0) > length(1) ? 0 : 1;
    fail(
        "the text column cannot be told from the others; name it with --text-column (a number from "
        "1, or a name from the header)");
  }

  std::size_t guess_label(const std::vector<std::size_t>& text) const {
    const std::size_t count = first_.size();
    if (count == 2 && text.size() == 1) return 1 - text.front();
    if (format_ == LabelledFormat::tsv && std::count(text.begin(), text.end(), 0u) == 0) return 0;
    fail(
        "the label column cannot be told from the others; name it with --label-column (a number "
        "from 1, or a name from the header)");
  }

  bool is_number_column(std::size_t column) const {
    const auto begin = rows_.begin() + (header_ && rows_.size() > 1 ? 1 : 0);
    return std::all_of(begin, rows_.end(), [&](const TableRow& row) {
      return column >= row.fields.size() || row.fields[column].empty() ||
             parse_number(row.fields[column]);
    });
  }
  std::size_t length(std::size_t column) const {
    std::size_t sum = 0;
    for (const TableRow& row : rows_) {
      if (column < row.fields.size()) sum += row.fields[column].size();
    }
    return sum;
  }
  [[noreturn]] void fail(const std::string& message) const {
    throw FormatError::at_line(path_, rows_.front().line, message);
  }

  const std::vector<TableRow>& rows_;
  const std::vector<std::string>& first_;
  LabelledFormat format_;
  bool header_;
  const LabelledReaderOptions& options_;
  const std::string& path_;
};

}  // namespace

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

std::optional<double> parse_number(std::string_view field) {
  field = trim(field);
  if (field.size() > 1 && field[0] == '+' && field[1] != '-') field.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error == std::errc::result_out_of_range && end == field.data() + field.size()) {
    return field.find("e-") != std::string_view::npos || field.find("E-") != std::string_view::npos
               ? 0.0
               : HUGE_VAL;
  }
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

bool all_numbers(const std::vector<std::string>& fields) {
  return fields.size() >= 2 && std::all_of(fields.begin(), fields.end(), [](const auto& field) {
           return parse_number(field).has_value();
         });
}

bool is_labelled_series(const std::vector<std::string>& fields) {
  return fields.size() > 2 && all_numbers({fields.begin() + 1, fields.end()});
}

bool is_numeric_table_with_header(const std::vector<TableRow>& rows) {
  return rows.size() >= 2 && !find_known(rows.front().fields, kTextNames) &&
         std::none_of(rows.front().fields.begin(), rows.front().fields.end(),
                      [](const auto& field) { return parse_number(field); }) &&
         std::all_of(rows.begin() + 1, rows.end(), [](const TableRow& row) {
           return all_numbers(row.fields) || is_labelled_series(row.fields);
         });
}

Columns choose_columns(const std::vector<TableRow>& rows, LabelledFormat format,
                       const LabelledReaderOptions& options, const std::string& path) {
  const bool header = has_header(rows, format, options);
  Columns columns = Chooser(rows, format, header, options, path).choose();
  if (columns.label && std::count(columns.text.begin(), columns.text.end(), *columns.label) > 0) {
    throw FormatError::at_line(path, rows.front().line,
                               "label and text are the same column; name two with --label-column "
                               "and --text-column");
  }
  return columns;
}

}  // namespace weft
