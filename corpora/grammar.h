// A grammar file as it is written, parsed but not yet expanded. docs/samples.md tells the format.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpora/grammar_words.h"

namespace weft {

struct GrammarAlternative;

/// What a group does to the words it gives.
enum class WordFilter { none, capital, lower, bare };

/// One thing on the right of a rule: words, `name[arguments]`, a group in parentheses or braces, or
/// the sign `+` that joins its neighbours.
struct GrammarElement {
  enum class Kind { words, reference, group, join };
  Kind kind = Kind::words;
  Words words;
  std::string name;
  std::vector<std::string> arguments;  // `positive`, a variable `P`, or its opposite `~P`
  std::vector<GrammarAlternative> group;
  WordFilter filter = WordFilter::none;
  std::uint64_t line = 0;
};

struct GrammarAlternative {
  double weight = 1;
  std::string label;  // of `@label`, only in the first rule
  std::vector<GrammarElement> source;
  std::optional<std::vector<GrammarElement>> target;  // after `=>`
  std::uint64_t line = 0;
};

struct GrammarRule {
  std::string name;
  std::vector<std::string> parameters;  // constants to match, or variables (upper-case initial)
  std::vector<GrammarAlternative> alternatives;
  std::uint64_t line = 0;
};

struct Grammar {
  std::string path;
  std::vector<GrammarRule> rules;                              // the first one is the start
  std::vector<std::pair<std::string, std::string>> opposites;  // `%opposite positive negative`
  std::array<VowelRules, 2> vowels;                            // of the source and target side
};

/// True of `P`, false of `positive`.
bool is_grammar_variable(std::string_view name);

/// Throws FormatError with `path` and the line for anything that is not a grammar.
Grammar parse_grammar(std::string_view text, const std::string& path);

}  // namespace weft
