// Commands that answer lines: one line out for each line in.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/options.h"

namespace weft {

struct LineOptions {
  std::string input = "-";
  std::string encoding = "utf-8";
  bool unbuffered = false;
  void visit(OptionVisitor& v);
};

/// Warns about line `n` of a block. The first ten warnings name their lines; how many more there
/// were is said in the end.
using LineWarning = std::function<void(std::size_t n, const std::string& message)>;
using LineAnswerer = std::function<std::vector<std::string>(const std::vector<std::string>& block,
                                                            const LineWarning& warn_of)>;

/// Reads the input in blocks of up to `block` lines (a single one where the answer is waited for: a
/// terminal, or `--unbuffered`), and writes for each block the lines that `answer` returns, as many
/// as it was given. Bytes that are not text are read as U+FFFD and warned of.
void answer_lines(const LineOptions& options, std::size_t block, const LineAnswerer& answer);

}  // namespace weft
