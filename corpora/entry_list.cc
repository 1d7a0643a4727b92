#include "corpora/entry_list.h"

#include "base/error.h"
#include "corpora/line_reader.h"

namespace weft {

void read_entries(const std::string& path, const std::function<bool(const std::string& entry)>& see,
                  const std::string& mistake) {
  LineReader lines(path, {.utf8_alone = true});
  for (std::string line; lines.next(line);) {
    if (line.empty() || line.front() == '#') continue;
    if (!see(line)) throw FormatError::at_line(path, lines.line_number(), mistake);
  }
}

}  // namespace weft
