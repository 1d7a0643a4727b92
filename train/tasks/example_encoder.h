// From the examples of a file to what a classifier reads.
#pragma once

#include <map>
#include <string>

#include "corpora/example_batches.h"
#include "corpora/labelled_reader.h"
#include "models/nets/classifier.h"

namespace weft {

/// Encodes single examples; knows the model's labels. The model must outlive it.
class ExampleEncoder {
 public:
  explicit ExampleEncoder(const Classifier& model);

  /// `path` stands in messages. Throws FormatError with the line if the model cannot read the
  /// example.
  EncodedExample operator()(const LabelledExample& example, const std::string& path) const;
  /// The labels' numbers; throws as above.
  std::vector<int> labels_of(const LabelledExample& example, const std::string& path) const;

 private:
  void check_row(const LabelledExample& example, const std::string& path) const;
  std::string names() const;

  const Classifier& model_;
  std::map<std::string, int> labels_;
};

/// The examples of a file, encoded one by one.
class EncodedReader {
 public:
  EncodedReader(const Classifier& model, const std::string& path,
                const LabelledReaderOptions& options);
  /// False at the end of the file.
  bool operator()(EncodedExample& example);

 private:
  ExampleEncoder encoder_;
  std::string path_;
  LabelledReader reader_;
  LabelledExample raw_;
};

}  // namespace weft
