#include "corpora/pair_reader.h"

#include <stdexcept>

#include "base/error.h"
#include "corpora/byte_source.h"

namespace weft {
namespace {

LineReaderOptions line_options(const PairReaderOptions& options) {
  LineReaderOptions lines;
  lines.encoding = options.encoding;
  return lines;
}

const std::string& first_path(const std::vector<std::string>& paths) {
  if (paths.empty() || paths.size() > 2)
    throw std::invalid_argument("pairs come from one file or from two");
  return paths.front();
}

[[noreturn]] void throw_ended(const LineReader& shorter, const LineReader& longer) {
  throw FormatError(shorter.path(), "the file ends after line " +
                                        std::to_string(shorter.line_number()) + ", but " +
                                        longer.path() +
                                        " goes on; line N of one must belong to line N of the "
                                        "other");
}

}  // namespace

void PairReaderOptions::visit(OptionVisitor& v) {
  v.text("encoding", encoding, "the files' character encoding; a byte-order mark overrules it");
}

PairReader::PairReader(const std::vector<std::string>& paths, const PairReaderOptions& options)
    : first_(first_path(paths), line_options(options)) {
  if (paths.size() == 2) second_.emplace(paths.back(), line_options(options));
}

bool PairReader::next(TextPair& pair) { return second_ ? next_aligned(pair) : next_tabbed(pair); }

bool PairReader::next_aligned(TextPair& pair) {
  const bool source = first_.next(pair.source), target = second_->next(pair.target);
  if (source && !target) throw_ended(*second_, first_);
  if (target && !source) throw_ended(first_, *second_);
  pair.line = first_.line_number();
  return source;
}

bool PairReader::next_tabbed(TextPair& pair) {
  std::string line;
  do {
    if (!first_.next(line)) return false;
  } while (line.find_first_not_of(' ') == std::string::npos);
  pair.line = first_.line_number();
  const std::size_t tab = line.find('\t');
  if (tab == std::string::npos) {
    throw FormatError::at_line(first_.path(), pair.line,
                               "the line has no tab; a pair is written source<TAB>target, or give "
                               "two files whose lines belong together");
  }
  if (line.find('\t', tab + 1) != std::string::npos) {
    throw FormatError::at_line(first_.path(), pair.line,
                               "the line has more than one tab; a pair is written "
                               "source<TAB>target (cut -f1,2 keeps the first two columns)");
  }
  pair.source.assign(line, 0, tab);
  pair.target.assign(line, tab + 1);
  return true;
}

std::string pair_name(const std::vector<std::string>& paths) {
  std::string name;
  for (const std::string& path : paths) name += (name.empty() ? "" : " and ") + display_name(path);
  return name;
}

}  // namespace weft
