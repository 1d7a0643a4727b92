// Examples as columns of a fixed number of features, whole in memory: images, rows of numbers,
// texts as bags of words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "corpora/bag_of_words.h"
#include "corpora/labelled_reader.h"

namespace weft {

enum class FeatureKind { images, rows, texts };

/// What a file holds, and how it is to be read.
struct FeatureFile {
  std::string path;
  FeatureKind kind = FeatureKind::rows;
  LabelledReaderOptions reader;
};

/// Tells by the first lines what LabelledReader would, with two differences, as labels are no need
/// here: every column of a table of numbers is a feature unless --label-column names the label, and
/// a file of neither labels nor columns is read as a text a line. Throws FormatError if the file
/// cannot be read.
FeatureFile inspect_features(const std::string& path, const LabelledReaderOptions& options);

class FeatureTable {
 public:
  /// Images or rows of numbers. Throws FormatError if there are none, a row has another number of
  /// numbers than the first, or the file ends early.
  static FeatureTable read(const FeatureFile& file);
  /// Texts, each made a bag by `bag`. Throws FormatError if there are none.
  using Bag = std::function<SparseColumn(std::string_view text)>;
  static FeatureTable read_texts(const FeatureFile& file, std::size_t features, const Bag& bag);

  /// Images, one after another, of numbers from 0 to 255 that stand for 0 to 1; `labels`: one each,
  /// or none.
  static FeatureTable of_pixels(std::size_t height, std::size_t width,
                                std::vector<std::uint8_t> pixels, std::vector<std::string> labels);

  std::size_t examples() const { return examples_; }
  std::size_t features() const { return features_; }
  /// Of images of two dimensions, else 0.
  std::size_t height() const { return height_; }
  std::size_t width() const { return width_; }
  /// One an example, or none at all.
  const std::vector<std::string>& labels() const { return labels_; }
  /// Of texts; empty for others.
  std::vector<SparseColumn>& bags() { return bags_; }
  const std::vector<SparseColumn>& bags() const { return bags_; }

  /// Examples [begin, end) as a table of their own.
  FeatureTable part(std::size_t begin, std::size_t end) const;

  /// Writes an example's features().
  template <class Real>
  void copy(std::size_t example, Real* column) const {
    const std::size_t start = example * features_;
    if (!bytes_.empty()) {
      const std::uint8_t* bytes = bytes_.data() + start;
      for (std::size_t i = 0; i < features_; ++i)
        column[i] = static_cast<Real>(bytes[i]) * (Real{1} / Real{255});
    } else if (!numbers_.empty()) {
      const float* numbers = numbers_.data() + start;
      for (std::size_t i = 0; i < features_; ++i) column[i] = static_cast<Real>(numbers[i]);
    } else {
      std::fill_n(column, features_, Real{0});
      const SparseColumn& bag = bags_[example];
      for (std::size_t i = 0; i < bag.rows.size(); ++i)
        column[bag.rows[i]] = static_cast<Real>(bag.values[i]);
    }
  }

 private:
  static FeatureTable of_images(const FeatureFile& file);
  static FeatureTable of_rows(const FeatureFile& file);

  std::size_t examples_ = 0, features_ = 0, height_ = 0, width_ = 0;
  // One of these.
  std::vector<std::uint8_t> bytes_;  // of 0 to 255, standing for 0 to 1
  std::vector<float> numbers_;
  std::vector<SparseColumn> bags_;
  std::vector<std::string> labels_;
};

}  // namespace weft
