#include "corpora/labelled_reader.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "corpora/columns.h"
#include "corpora/csv_reader.h"

namespace weft {

namespace {

constexpr std::string_view kLabelPrefix = "__label__";
constexpr std::size_t kRowsLookedAt = 100;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(' ') == std::string_view::npos;
}

std::vector<std::string> split_at(std::string_view line, char separator) {
  std::vector<std::string> fields;
  for (;;) {
    const std::size_t end = line.find(separator);
    fields.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

LabelledFormat detect(std::string_view line) {
  if (trim(line).starts_with(kLabelPrefix)) return LabelledFormat::fasttext;
  const std::vector<std::string> fields = split_at(line, ',');
  if (all_numbers(fields) || is_labelled_series(fields)) return LabelledFormat::numeric;
  if (line.find('\t') != std::string_view::npos) return LabelledFormat::tsv;
  return LabelledFormat::csv;
}

LineReaderOptions line_options(const LabelledReaderOptions& options) {
  LineReaderOptions lines;
  lines.encoding = options.encoding;
  return lines;
}

std::string count_columns(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " column" : " columns");
}

void add_label(std::string_view label, std::vector<std::string>& labels) {
  if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.emplace_back(label);
}

}  // namespace

void LabelledReaderOptions::visit(OptionVisitor& v) {
  v.choice("format", format, {"automatic", "fasttext", "tsv", "csv", "numeric", "idx", "lines"},
           "how the examples are written");
  v.file("labels", labels, "of an IDX file: the file with its labels, IDX or a line each");
  v.choice("header", header, {"automatic", "yes", "no"}, "whether the first row names the columns");
  v.text("label-column", label_column,
         "the label's column: a name from the header, a number from 1, or none");
  v.text("text-column", text_column,
         "the text's column, or several joined by commas: names from the header or numbers from 1");
  v.text("label-separator", label_separator, "splits a label field into several labels");
  v.flag("escapes", escapes, "undo \\\\ \\n \\r \\t in tab-separated fields");
  v.text("encoding", encoding, "the file's character encoding; a byte-order mark overrules it");
}

struct LabelledReader::Impl {
  Impl(const std::string& path, const LabelledReaderOptions& reader_options)
      : options(reader_options), lines(path, line_options(options)), format(options.format) {
    std::string line;
    while (lines.peek(line) && is_blank(line)) lines.next(line);
    const bool any = lines.peek(line);
    if (format == LabelledFormat::automatic) format = detect(line);
    if (format == LabelledFormat::fasttext || format == LabelledFormat::lines || !any) return;
    const bool tabs = format == LabelledFormat::tsv ||
                      (format == LabelledFormat::numeric && line.find(',') == std::string::npos);
    if (!tabs) csv.emplace(lines);
    look_ahead();
  }

  LabelledReaderOptions options;
  LineReader lines;
  LabelledFormat format;
  std::optional<CsvReader> csv;  // else fields are split at tabs
  std::deque<TableRow> rows;     // looked at, not yet given
  Columns columns;
  std::size_t width = 0;  // fields a row

  void look_ahead();
  bool read_row(TableRow& row);
  bool next_line(LabelledExample& example);
  bool next_fasttext(LabelledExample& example);
  bool next_row(LabelledExample& example);
  void read_labels(const TableRow& row, LabelledExample& example) const;
  void read_values(const TableRow& row, LabelledExample& example) const;
  void read_text(const TableRow& row, LabelledExample& example) const;
  void unescape(std::string& field, std::uint64_t line) const;
  [[noreturn]] void fail(std::uint64_t line, const std::string& message) const {
    throw FormatError::at_line(lines.path(), line, message);
  }
};

bool LabelledReader::Impl::read_row(TableRow& row) {
  if (csv) {
    if (!csv->next(row.fields)) return false;
    row.line = csv->line_number();
    return true;
  }
  std::string line;
  do {
    if (!lines.next(line)) return false;
  } while (is_blank(line));
  row.line = lines.line_number();
  row.fields = split_at(line, '\t');
  return true;
}

void LabelledReader::Impl::look_ahead() {
  std::vector<TableRow> first;
  TableRow row;
  while (first.size() < kRowsLookedAt && read_row(row)) first.push_back(row);
  if (first.empty()) return;
  width = first.front().fields.size();
  if (width < 2 && options.label_column != "none") {
    fail(first.front().line,
         "there is only one column; expected are lines like label<TAB>text, __label__NAME text, or "
         "comma-separated columns");
  }
  if (options.format == LabelledFormat::automatic && format == LabelledFormat::csv &&
      options.text_column.empty() && is_numeric_table_with_header(first)) {
    format = LabelledFormat::numeric;
    options.header = HeaderRow::yes;
  }
  columns = choose_columns(first, format, options, lines.path());
  rows.assign(first.begin() + (columns.header ? 1 : 0), first.end());
}

bool LabelledReader::Impl::next_line(LabelledExample& example) {
  do {
    if (!lines.next(example.text)) return false;
  } while (is_blank(example.text));
  example.line = lines.line_number();
  return true;
}

bool LabelledReader::Impl::next_fasttext(LabelledExample& example) {
  std::string line;
  do {
    if (!lines.next(line)) return false;
  } while (trim(line).empty());
  example.line = lines.line_number();
  std::string_view rest = trim(line);
  while (rest.starts_with(kLabelPrefix)) {
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    if (end == kLabelPrefix.size()) {
      fail(example.line, "a __label__ without a name; expected is __label__NAME");
    }
    add_label(rest.substr(kLabelPrefix.size(), end - kLabelPrefix.size()), example.labels);
    rest = trim(rest.substr(end));
  }
  if (example.labels.empty()) {
    fail(example.line, "the line does not begin with a label; expected is __label__NAME text");
  }
  example.text = rest;
  return true;
}

void LabelledReader::Impl::read_labels(const TableRow& row, LabelledExample& example) const {
  if (!columns.label) return;
  const std::string_view field = row.fields[*columns.label];
  const std::string& separator = options.label_separator;
  std::size_t begin = 0;
  while (begin <= field.size()) {
    const std::size_t end =
        separator.empty() ? field.size() : std::min(field.find(separator, begin), field.size());
    const std::string_view label = trim(field.substr(begin, end - begin));
    if (!label.empty()) add_label(label, example.labels);
    begin = end + std::max<std::size_t>(separator.size(), 1);
  }
  if (example.labels.empty() && separator.empty()) {
    fail(row.line, "the label in column " + std::to_string(*columns.label + 1) + " is empty");
  }
}

void LabelledReader::Impl::read_values(const TableRow& row, LabelledExample& example) const {
  example.values.reserve(row.fields.size());
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    if (i == columns.label) continue;
    const std::optional<double> value = parse_number(row.fields[i]);
    if (!value || !std::isfinite(*value)) {
      fail(row.line, "column " + std::to_string(i + 1) + " holds '" + row.fields[i].substr(0, 40) +
                         "'; a finite number is expected");
    }
    example.values.push_back(*value);
  }
}

void LabelledReader::Impl::unescape(std::string& field, std::uint64_t line) const {
  std::size_t out = field.find('\\');
  if (out == std::string::npos) return;
  for (std::size_t in = out; in < field.size(); ++in) {
    char c = field[in];
    if (c == '\\') {
      const char code = ++in < field.size() ? field[in] : ' ';
      if (code == 'n') {
        c = '\n';
      } else if (code == 't') {
        c = '\t';
      } else if (code == 'r') {
        c = '\r';
      } else if (code != '\\') {
        fail(line,
             "a backslash stands before neither \\, n, r nor t; write \\\\ for a backslash, or "
             "leave out --escapes");
      }
    }
    field[out++] = c;
  }
  field.resize(out);
}

void LabelledReader::Impl::read_text(const TableRow& row, LabelledExample& example) const {
  bool first = true;
  for (const std::size_t column : columns.text) {
    if (!first) example.text += ' ';
    first = false;
    example.text += row.fields[column];
  }
}

bool LabelledReader::Impl::next_row(LabelledExample& example) {
  TableRow row;
  if (!rows.empty()) {
    row = std::move(rows.front());
    rows.pop_front();
  } else if (width == 0 || !read_row(row)) {
    return false;
  }
  if (row.fields.size() != width) {
    fail(row.line, "the row has " + count_columns(row.fields.size()) + "; the first has " +
                       std::to_string(width) + ", and every row needs as many" +
                       (csv ? " (quote a field that holds a comma)" : ""));
  }
  if (options.escapes && format == LabelledFormat::tsv) {
    for (std::string& field : row.fields) unescape(field, row.line);
  }
  example.line = row.line;
  read_labels(row, example);
  if (format == LabelledFormat::numeric) {
    read_values(row, example);
  } else {
    read_text(row, example);
  }
  return true;
}

LabelledReader::LabelledReader(const std::string& path, const LabelledReaderOptions& options)
    : skip_(options.skip), take_(options.take) {
  const bool images = options.format == LabelledFormat::idx ||
                      (options.format == LabelledFormat::automatic && is_idx_file(path));
  if (images) {
    images_ = std::make_unique<LabelledImages>(path, options.labels);
  } else if (!options.labels.empty()) {
    throw FormatError(path,
                      "--labels names the labels of an IDX file, but this is none; leave it out");
  } else {
    impl_ = std::make_unique<Impl>(path, options);
  }
}
LabelledReader::~LabelledReader() = default;

bool LabelledReader::next(LabelledExample& example) {
  for (; skip_ > 0; --skip_)
    if (!read(example)) return false;
  if (take_ == 0) return false;
  --take_;
  return read(example);
}

bool LabelledReader::read(LabelledExample& example) {
  example.labels.clear();
  example.text.clear();
  example.values.clear();
  if (images_) return next_image(example);
  if (impl_->format == LabelledFormat::lines) return impl_->next_line(example);
  return impl_->format == LabelledFormat::fasttext ? impl_->next_fasttext(example)
                                                   : impl_->next_row(example);
}

bool LabelledReader::next_image(LabelledExample& example) {
  if (next_image_ == images_->images.items()) return false;
  example.values = images_->values(next_image_);
  if (!images_->labels.empty()) example.labels = {images_->labels[next_image_]};
  example.line = ++next_image_;
  return true;
}

LabelledFormat LabelledReader::format() const {
  return images_ ? LabelledFormat::idx : impl_->format;
}

}  // namespace weft
