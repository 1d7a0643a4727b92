#include "corpora/feature_table.h"

#include <utility>

#include "base/error.h"
#include "corpora/columns.h"
#include "corpora/labelled_images.h"
#include "corpora/line_reader.h"

namespace weft {
namespace {

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    fields.emplace_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

/// The first two lines that are not blank.
std::vector<std::string> first_lines(const std::string& path, const std::string& encoding) {
  LineReaderOptions options;
  options.encoding = encoding;
  LineReader reader(path, options);
  std::vector<std::string> lines;
  for (std::string line; lines.size() < 2 && reader.next(line);)
    if (!trim(line).empty()) lines.push_back(line);
  lines.resize(2);
  return lines;
}

LabelledFormat format_of(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {  // the first may be a header
    const std::vector<std::string> fields = fields_of(line);
    if (all_numbers(fields) || is_labelled_series(fields)) return LabelledFormat::numeric;
    if (parse_number(line) && trim(line) == trim(lines[0])) return LabelledFormat::numeric;
  }
  if (trim(lines[0]).starts_with("__label__")) return LabelledFormat::fasttext;
  return lines[0].find('\t') != std::string::npos ? LabelledFormat::tsv : LabelledFormat::lines;
}

[[noreturn]] void throw_empty(const FeatureFile& file) {
  throw FormatError(file.path,
                    "there are no examples in it; give some to learn from or to measure");
}

/// All labels, or none if an example has not exactly one.
class Labels {
 public:
  void add(const LabelledExample& example) {
    if (example.labels.size() == 1)
      labels_.push_back(example.labels.front());
    else
      complete_ = false;
  }
  std::vector<std::string> take() {
    return complete_ ? std::move(labels_) : std::vector<std::string>();
  }

 private:
  std::vector<std::string> labels_;
  bool complete_ = true;
};

}  // namespace

FeatureFile inspect_features(const std::string& path, const LabelledReaderOptions& options) {
  FeatureFile file{path, FeatureKind::texts, options};
  LabelledFormat& format = file.reader.format;
  if (format == LabelledFormat::automatic && is_idx_file(path)) format = LabelledFormat::idx;
  if (format == LabelledFormat::idx) {
    file.kind = FeatureKind::images;
    return file;
  }
  const std::vector<std::string> lines = first_lines(path, options.encoding);
  if (format == LabelledFormat::automatic) format = format_of(lines);
  if (format != LabelledFormat::numeric) return file;
  file.kind = FeatureKind::rows;
  const std::vector<std::string> first = fields_of(lines[0]);
  if (options.header == HeaderRow::automatic && !all_numbers(first) && !is_labelled_series(first) &&
      !parse_number(lines[0]))
    file.reader.header = HeaderRow::yes;
  if (!options.label_column.empty()) return file;
  // A label that is no number is one, whatever else it may be.
  const std::vector<std::string> fields = fields_of(lines[1].empty() ? lines[0] : lines[1]);
  if (fields.empty() || parse_number(fields[0])) file.reader.label_column = "none";
  return file;
}

FeatureTable FeatureTable::read(const FeatureFile& file) {
  FeatureTable table = file.kind == FeatureKind::images ? of_images(file) : of_rows(file);
  if (table.examples_ == 0) throw_empty(file);
  return table;
}

FeatureTable FeatureTable::of_images(const FeatureFile& file) {
  LabelledImages items(file.path, file.reader.labels);
  const IdxArray& images = items.images;
  FeatureTable table;
  table.examples_ = images.items();
  table.features_ = images.item_size();
  if (images.shape().size() == 3) {
    table.height_ = images.shape()[1];
    table.width_ = images.shape()[2];
  }
  const std::size_t count = table.examples_ * table.features_;
  if (images.type() == IdxType::unsigned_byte) {
    table.bytes_.resize(count);
    for (std::size_t i = 0; i < count; ++i)
      table.bytes_[i] = static_cast<std::uint8_t>(images.value(0, i));
  } else {
    table.numbers_.resize(count);
    for (std::size_t i = 0; i < count; ++i)
      table.numbers_[i] = static_cast<float>(images.value(0, i));
  }
  table.labels_ = std::move(items.labels);
  return table;
}

FeatureTable FeatureTable::of_rows(const FeatureFile& file) {
  LabelledReader reader(file.path, file.reader);
  FeatureTable table;
  Labels labels;
  for (LabelledExample example; reader.next(example); ++table.examples_) {
    if (table.examples_ == 0) table.features_ = example.values.size();
    if (example.values.size() != table.features_)
      throw FormatError::at_line(file.path, example.line,
                                 "a row has " + std::to_string(example.values.size()) +
                                     " numbers where the first has " +
                                     std::to_string(table.features_));
    table.numbers_.insert(table.numbers_.end(), example.values.begin(), example.values.end());
    labels.add(example);
  }
  table.labels_ = labels.take();
  return table;
}

FeatureTable FeatureTable::read_texts(const FeatureFile& file, std::size_t features,
                                      const Bag& bag) {
  LabelledReader reader(file.path, file.reader);
  FeatureTable table;
  table.features_ = features;
  Labels labels;
  for (LabelledExample example; reader.next(example); ++table.examples_) {
    table.bags_.push_back(bag(example.text));
    labels.add(example);
  }
  if (table.examples_ == 0) throw_empty(file);
  table.labels_ = labels.take();
  return table;
}

FeatureTable FeatureTable::of_pixels(std::size_t height, std::size_t width,
                                     std::vector<std::uint8_t> pixels,
                                     std::vector<std::string> labels) {
  FeatureTable table;
  table.height_ = height;
  table.width_ = width;
  table.features_ = height * width;
  table.examples_ = pixels.size() / table.features_;
  table.bytes_ = std::move(pixels);
  table.labels_ = std::move(labels);
  return table;
}

FeatureTable FeatureTable::part(std::size_t begin, std::size_t end) const {
  const auto cut = [](const auto& items, std::size_t from, std::size_t to) {
    if (items.empty()) return items;
    using Items = std::decay_t<decltype(items)>;
    return Items(items.begin() + static_cast<std::ptrdiff_t>(from),
                 items.begin() + static_cast<std::ptrdiff_t>(to));
  };
  FeatureTable table;
  table.examples_ = end - begin;
  table.features_ = features_;
  table.height_ = height_;
  table.width_ = width_;
  table.bytes_ = cut(bytes_, begin * features_, end * features_);
  table.numbers_ = cut(numbers_, begin * features_, end * features_);
  table.bags_ = cut(bags_, begin, end);
  table.labels_ = cut(labels_, begin, end);
  return table;
}

}  // namespace weft
