#include "corpora/labelled_images.h"

#include <filesystem>

#include "base/error.h"
#include "corpora/columns.h"
#include "corpora/line_reader.h"

namespace weft {
namespace {

std::vector<std::string> labels_of_lines(const std::string& path) {
  std::vector<std::string> labels;
  LineReader lines(path);
  for (std::string line; lines.next(line);) {
    labels.emplace_back(trim(line));
    if (labels.back().empty())
      throw FormatError::at_line(path, lines.line_number(), "the label is empty");
  }
  return labels;
}

std::vector<std::string> labels_of_idx(const std::string& path) {
  const IdxArray array = read_idx(path);
  if (array.item_size() != 1)
    throw FormatError(path, "its items have " + std::to_string(array.item_size()) +
                                " numbers each; labels are one number each");
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < array.items(); ++i)
    labels.push_back(std::to_string(static_cast<long long>(array.value(i))));
  return labels;
}

}  // namespace

bool is_idx_file(const std::string& path) {
  std::error_code ignored;  // what is wrong with the path is told when it is read
  return std::filesystem::is_regular_file(path, ignored) && is_idx(path);
}

double idx_scale(IdxType type) { return type == IdxType::unsigned_byte ? 1.0 / 255 : 1.0; }

std::vector<std::string> read_labels(const std::string& path, std::size_t items) {
  std::vector<std::string> labels = is_idx_file(path) ? labels_of_idx(path) : labels_of_lines(path);
  if (labels.size() != items)
    throw FormatError(path, "there are " + std::to_string(labels.size()) + " labels in it for " +
                                std::to_string(items) + " items; give one for each");
  return labels;
}

LabelledImages::LabelledImages(const std::string& path, const std::string& labels_path)
    : images(read_idx(path)) {
  if (!labels_path.empty()) labels = read_labels(labels_path, images.items());
}

std::vector<double> LabelledImages::values(std::size_t item) const {
  const double scale = idx_scale(images.type());
  std::vector<double> numbers(images.item_size());
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = scale * images.value(item, i);
  return numbers;
}

}  // namespace weft
