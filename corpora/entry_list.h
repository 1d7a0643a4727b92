// Lists that people write: names, words, an entry a line.
#pragma once

#include <functional>
#include <string>

namespace weft {

/// Calls see(entry) for each line of a UTF-8 file that is neither empty nor a comment, which begins
/// with #. Where it returns false, throws FormatError with the line and `mistake`.
void read_entries(const std::string& path, const std::function<bool(const std::string& entry)>& see,
                  const std::string& mistake);

}  // namespace weft
