#include "tools/line_answers.h"

#include <unistd.h>

#include <cstdint>
#include <iostream>
#include <utility>

#include "corpora/line_reader.h"
#include "tools/output.h"

namespace weft {

void LineOptions::visit(OptionVisitor& v) {
  v.file("input", input, "file with the lines; - is standard input");
  v.text("encoding", encoding, "the lines' character encoding; a byte-order mark overrules it");
  v.flag("unbuffered", unbuffered, "answer each line at once, even in a pipe");
}

namespace {

bool is_waited_for(const LineOptions& options) {
  return options.unbuffered || (options.input == "-" && isatty(STDIN_FILENO));
}

LineReader open_lines(const LineOptions& options) {
  LineReaderOptions reader;
  reader.encoding = options.encoding;
  reader.repair = true;
  return LineReader(options.input, reader);
}

class LineWarnings {
 public:
  explicit LineWarnings(std::string file) : file_(std::move(file)) {}
  LineWarnings(const LineWarnings&) = delete;
  LineWarnings& operator=(const LineWarnings&) = delete;
  ~LineWarnings() {
    if (count_ > kNamed) warn(file_ + ": " + with_commas(count_ - kNamed) + " more like these");
  }
  void add(std::uint64_t line_number, const std::string& message) {
    if (++count_ <= kNamed) warn(file_ + ":" + std::to_string(line_number) + ": " + message);
  }

 private:
  static constexpr std::uint64_t kNamed = 10;
  std::string file_;
  std::uint64_t count_ = 0;
};

}  // namespace

void answer_lines(const LineOptions& options, std::size_t block, const LineAnswerer& answer) {
  if (is_waited_for(options)) block = 1;
  LineReader reader = open_lines(options);
  LineWarnings warnings(reader.path());
  constexpr std::size_t kBlockBytes = 16 << 20;
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  const auto write_answers = [&] {
    if (lines.empty()) return;
    const std::uint64_t first = reader.line_number() - lines.size() + 1;
    const auto warn_of = [&](std::size_t n, const std::string& message) {
      warnings.add(first + n, message);
    };
    for (const std::string& line : answer(lines, warn_of)) std::cout << one_line(line) << '\n';
    flush_output();
    lines.clear();
    bytes = 0;
  };
  for (std::string line; reader.next(line);) {
    if (line.find("\xEF\xBF\xBD") != std::string::npos) {
      warnings.add(reader.line_number(),
                   "holds bytes that are not text, read as U+FFFD, or that itself");
    }
    lines.push_back(line);
    bytes += line.size();
    if (lines.size() == block || bytes >= kBlockBytes) write_answers();
  }
  write_answers();
}

}  // namespace weft
