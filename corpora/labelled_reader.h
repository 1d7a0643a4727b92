// Examples for classifiers: `__label__NAME … text`, `label<TAB>text`, CSV, and numeric rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "corpora/line_reader.h"

namespace weft {

enum class LabelledFormat { automatic, fasttext, tsv, csv, numeric };
enum class HeaderRow { automatic, yes, no };

struct LabelledReaderOptions {
  LabelledFormat format = LabelledFormat::automatic;
  HeaderRow header = HeaderRow::automatic;
  std::string label_column;     // a name from the header, a number from 1, or "none"
  std::string text_column;      // several, comma-separated, are joined by a space
  std::string label_separator;  // splits a label field into several labels; empty: one label
  bool escapes = false;         // tab-separated fields write \\ \n \r \t for what they hold
  std::string encoding = "utf-8";
  void visit(OptionVisitor& v);
};

/// One example. Text examples have `text`; rows of numbers (`label,x1,x2,…`) have `values`.
struct LabelledExample {
  std::vector<std::string> labels;  // one, or several (`__label__a __label__b text`); maybe none
  std::string text;
  std::vector<double> values;
  std::uint64_t line = 0;  // where it begins in its file
};

/// Streams the examples of one file. The format is told from the first rows:
/// `__label__` at the start: fasttext; every field of a comma-separated row a number: numeric;
/// a tab: tsv (label, text; with more columns the first is the label and the last the text);
/// else CSV (quoted fields, `""` inside quotes, line breaks inside quotes; a header is recognised;
/// label and text columns by option, by names in the header such as label|class|sentiment and
/// text|sentence|review, or the only text column and the other one; of two text columns the longer
/// one is the text).
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
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft
