// Single operations on UTF-8 text, by Unicode's tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// Lower case of no language in particular: "ÉTÉ" becomes "été", a capital sigma at the end of a
/// word a final one.
std::string lower_case(std::string_view text);

/// `text` up to its last character that is neither punctuation nor white space.
std::string_view without_punctuation_behind(std::string_view text);

/// Bytes that are not UTF-8 become U+FFFD.
std::u32string code_points(std::string_view text);

/// What stands between white space, views into `text`. White space is what Unicode calls so, and
/// the separators U+001C to U+001F: Python's str.split().
std::vector<std::string_view> split_at_white_space(std::string_view text);

/// Where the last `count` grapheme clusters of `text` begin; 0 if there are not so many.
std::size_t start_of_last_characters(std::string_view text, std::size_t count);
/// Where each grapheme cluster begins.
std::vector<std::size_t> character_starts(std::string_view text);

/// How many columns of a terminal a grapheme cluster takes: 2 of East Asian wide characters and
/// emoji, 0 of marks and format characters alone, else 1.
int terminal_columns(std::string_view cluster);

/// Whether the last bytes are the beginning of a code point that is not complete.
bool ends_inside_character(std::string_view text);

}  // namespace weft
