// The signs and words of a grammar file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

enum class GrammarTokenKind { name, number, text, list, label, directive, sign, end };

struct GrammarToken {
  GrammarTokenKind kind = GrammarTokenKind::end;
  std::string text;  // without quotes, braces, @ and %
  std::uint64_t line = 0;
  bool first_column = false;
};

/// The last token is of kind `end`. Throws FormatError with `path` and the line.
std::vector<GrammarToken> grammar_tokens(std::string_view text, const std::string& path);

}  // namespace weft
