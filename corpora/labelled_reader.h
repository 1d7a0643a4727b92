// Examples for classifiers: `__label__NAME … text`, `label<TAB>text`, CSV, numeric rows, images.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "corpora/labelled_images.h"
#include "corpora/line_reader.h"

namespace weft {

enum class LabelledFormat { automatic, fasttext, tsv, csv, numeric, idx, lines };
enum class HeaderRow { automatic, yes, no };

struct LabelledReaderOptions {
  LabelledFormat format = LabelledFormat::automatic;
  HeaderRow header = HeaderRow::automatic;
  std::string label_column;     // a name from the header, a number from 1, or "none"
  std::string text_column;      // several, comma-separated, are joined by a space
  std::string label_separator;  // splits a label field into several labels; empty: one label
  bool escapes = false;         // tab-separated fields write \\ \n \r \t for what they hold
  std::string labels;           // of idx: the file with the items' labels
  std::string encoding = "utf-8";
  /// Not for users: the first `skip` examples are passed over, and `take` given after them.
  std::uint64_t skip = 0, take = UINT64_MAX;
  void visit(OptionVisitor& v);
};

/// One example. Text examples have `text`; rows of numbers (`label,x1,x2,…`) have `values`.
struct LabelledExample {
  std::vector<std::string> labels;  // one, or several (`__label__a __label__b text`); maybe none
  std::string text;
  std::vector<double> values;
  std::uint64_t line = 0;  // where it begins in its file
};

/// Streams the examples of one file. The format is told from the first bytes: IDX (images; read
/// whole; `line` is the item's number from 1), or from the first rows:
/// `__label__` at the start: fasttext; every field of a comma-separated row a number: numeric;
/// a tab: tsv (label, text; with more columns the first is the label and the last the text);
/// else CSV (quoted fields, `""` inside quotes, line breaks inside quotes; a header is recognised;
/// label and text columns by option, by names in the header such as label|class|sentiment and
/// text|sentence|review, or the only text column and the other one; of two text columns the longer
/// one is the text). `lines`, each of which is a text without label, only if asked for.
///
/// A column named by option makes the first row a header, in TSV too. Every row has as many fields
/// as the first. Labels are trimmed; a row has at least one unless `label_separator` is set or the
/// label column is "none". Empty lines are passed over. Values are finite.
/// A bad row throws FormatError with its line.
class LabelledReader {
 public:
  explicit LabelledReader(const std::string& path, const LabelledReaderOptions& options = {});
  ~LabelledReader();
  bool next(LabelledExample& example);
  LabelledFormat format() const;

 private:
  struct Impl;
  bool next_image(LabelledExample& example);
  bool read(LabelledExample& example);

  std::unique_ptr<Impl> impl_;              // of text,
  std::unique_ptr<LabelledImages> images_;  // or the whole file
  std::size_t next_image_ = 0;
  std::uint64_t skip_, take_;  // examples still to pass over, and to give
};

}  // namespace weft
