// Where the library's messages go: the caller hands a sink in; the default swallows them.
#pragma once

#include <functional>
#include <string>

namespace weft {

using LogSink = std::function<void(const std::string& line)>;

inline void no_log(const std::string&) {}

}  // namespace weft
