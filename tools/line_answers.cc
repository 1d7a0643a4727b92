#include "tools/line_answers.h"

#include <unistd.h>

#include <iostream>

#include "corpora/line_reader.h"
#include "tools/output.h"

namespace weft {

void LineOptions::visit(OptionVisitor& v) {
  v.file("input", input, "file with the lines; - is standard input");
  v.text("encoding", encoding, "the lines' character encoding; a byte-order mark overrules it");
  v.flag("unbuffered", unbuffered, "answer each line at once, even in a pipe");
}

std::string LineOptions::name() const { return input == "-" ? "standard input" : input; }

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

}  // namespace

void answer_lines(
    const LineOptions& options, std::size_t block,
    const std::function<std::vector<std::string>(const std::vector<std::string>&)>& answer) {
  if (is_waited_for(options)) block = 1;
  LineReader reader = open_lines(options);
  LineWarnings warnings(options.name());
  constexpr std::size_t kBlockBytes = 16 << 20;
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  const auto write_answers = [&] {
    if (lines.empty()) return;
    for (const std::string& line : answer(lines)) std::cout << one_line(line) << '\n';
    flush_output();
    lines.clear();
    bytes = 0;
  };
  for (std::string line; reader.next(line);) {
    if (line.find("\xEF\xBF\xBD") != std::string::npos) {
      warnings.add(reader.line_number(), "holds bytes that are not text, read as U+FFFD");
    }
    lines.push_back(line);
    bytes += line.size();
    if (lines.size() == block || bytes >= kBlockBytes) write_answers();
  }
  write_answers();
}

}  // namespace weft
