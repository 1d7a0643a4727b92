// What stands in a text where somebody's data stood.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

enum class Placeholder { email, phone, card, account, url, name };

/// In angle brackets (U+27E8, U+27E9), in the order of Placeholder.
inline constexpr std::array<std::string_view, 6> kPlaceholders = {
    "\u27E8email\u27E9",   "\u27E8phone\u27E9", "\u27E8card\u27E9",
    "\u27E8account\u27E9", "\u27E8url\u27E9",   "\u27E8name\u27E9"};

inline std::string_view text_of(Placeholder placeholder) {
  return kPlaceholders[static_cast<std::size_t>(placeholder)];
}

/// Shows a text from the first byte to the last: placeholders, and the stretches between them.
void split_at_placeholders(std::string_view text,
                           const std::function<void(std::string_view stretch)>& plain,
                           const std::function<void(std::string_view placeholder)>& placeholder);

/// Those in `text`, in order.
std::vector<std::string> placeholders_in(std::string_view text);

/// Puts a space between a placeholder and a letter, digit, mark or placeholder beside it, or, with
/// `from_everything`, whatever is beside it; so that no token is a placeholder and something else.
std::string set_placeholders_apart(std::string_view text, bool from_everything);

}  // namespace weft
