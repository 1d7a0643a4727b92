// The items of an IDX file as rows of numbers, with labels from a file of their own.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "corpora/idx_reader.h"

namespace weft {

/// True of an ordinary file that begins as an IDX file does. Throws FormatError if it cannot be
/// read.
bool is_idx_file(const std::string& path);

/// What an item's numbers are multiplied by: 1/255 for unsigned bytes, so that they lie in [0, 1].
double idx_scale(IdxType type);

/// The label of each item: numbers of an IDX file, or the lines of a text file. Throws FormatError
/// if there are not as many as `items`, or one is empty.
std::vector<std::string> read_labels(const std::string& path, std::size_t items);

/// The whole of a file of images, and its labels; `labels_path` empty: none.
struct LabelledImages {
  LabelledImages(const std::string& path, const std::string& labels_path);
  /// Item `item` as numbers, see idx_scale().
  std::vector<double> values(std::size_t item) const;

  IdxArray images;
  std::vector<std::string> labels;  // empty, or one an item
};

}  // namespace weft
