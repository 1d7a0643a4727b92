// What a file is that was taken for text.
#pragma once

#include <string_view>

namespace weft {

/// "a zip archive", "a weft model or another safetensors file" ... by the first bytes; empty if
/// they are of no kind known here. 512 bytes are enough.
std::string_view describe_magic(std::string_view head);

}  // namespace weft
