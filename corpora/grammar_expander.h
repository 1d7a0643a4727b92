// A grammar with its parameters filled in: every name with every combination of arguments that can
// be reached is a symbol of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "corpora/grammar.h"

namespace weft {

struct ExpandedPiece {
  GrammarElement::Kind kind = GrammarElement::Kind::words;
  Words words;
  std::size_t symbol = 0;  // of a reference or a group
  WordFilter filter = WordFilter::none;
  // On the target side a reference stands for one on the source side, derived once for both.
  bool linked = false;
  std::size_t source_piece = 0;
};

struct ExpandedAlternative {
  double weight = 1;
  std::string label;
  std::vector<ExpandedPiece> source;
  std::vector<ExpandedPiece> target;  // if `translated`; else the target is as the source
  bool translated = false;
  std::size_t height = 0;  // of the lowest tree below it
};

struct ExpandedSymbol {
  std::string name;
  std::uint64_t line = 0;
  double total = 0;  // weight
  std::size_t height = 0;
  std::vector<ExpandedAlternative> alternatives;
};

/// The first symbol is the start. Throws FormatError with the line: a name that is not defined or
/// never used, an unbound variable, a symbol that never ends, source and target that differ in
/// their names.
std::vector<ExpandedSymbol> expand_grammar(const Grammar& grammar);

}  // namespace weft
