// Pairs of texts: sentences and their translations, questions and answers, articles and headlines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "corpora/line_reader.h"

namespace weft {

struct PairReaderOptions {
  std::string encoding = "utf-8";
  void visit(OptionVisitor& v);
};

struct TextPair {
  std::string source, target;
  std::uint64_t line = 0;
};

/// Streams the pairs of two files whose lines belong together, or of one with a line
/// `source<TAB>target` each. Either side may be empty; in one file, a line without any text is
/// passed over. Throws FormatError with file and line: one file has fewer lines than the other, a
/// line has no tab or more than one.
class PairReader {
 public:
  /// `paths`: one or two. Throws std::invalid_argument for another number.
  explicit PairReader(const std::vector<std::string>& paths, const PairReaderOptions& options = {});
  bool next(TextPair& pair);

 private:
  bool next_aligned(TextPair& pair);
  bool next_tabbed(TextPair& pair);

  LineReader first_;
  std::optional<LineReader> second_;
};

/// How errors and messages name the files: "train.en and train.fr".
std::string pair_name(const std::vector<std::string>& paths);

}  // namespace weft
