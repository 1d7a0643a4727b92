// Marks that tokenizers put into pieces must not be mistaken for characters of the text.
#pragma once

#include <string>
#include <string_view>

namespace weft {

/// Writes `mark` as U+FFEE and a full stop, and U+FFEE itself twice; so the result is free of
/// `mark`.
std::string escape_mark(std::string_view text, std::string_view mark);
/// Gives back what escape_mark() was given; leaves alone what it cannot have written.
std::string unescape_mark(std::string_view text, std::string_view mark);

}  // namespace weft
