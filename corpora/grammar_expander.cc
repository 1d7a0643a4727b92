#include "corpora/grammar_expander.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "base/error.h"

namespace weft {
namespace {

constexpr std::size_t kEndless = std::numeric_limits<std::size_t>::max();

bool is_symbol(const ExpandedPiece& piece) {
  return piece.kind == GrammarElement::Kind::reference || piece.kind == GrammarElement::Kind::group;
}

/// Gives every name with every combination of arguments that is reached its own symbol.
class Expander {
 public:
  Expander(const Grammar& grammar, std::vector<ExpandedSymbol>& symbols)
      : grammar_(grammar), symbols_(symbols), used_(grammar.rules.size(), false) {}

  void expand() {
    const GrammarRule& start = grammar_.rules.front();
    if (!start.parameters.empty()) fail(start.line, "the first rule cannot have parameters");
    symbol_of(start.name, {}, start.line);
    for (std::size_t next = 0; next < pending_.size(); ++next) {
      const Pending pending = pending_[next];
      expand_symbol(pending);
    }
    for (std::size_t i = 0; i < used_.size(); ++i) {
      const GrammarRule& rule = grammar_.rules[i];
      if (!used_[i]) fail(rule.line, "'" + rule.name + "' is never used; remove it or refer to it");
    }
  }

 private:
  using Bindings = std::map<std::string, std::string>;
  struct Pending {
    std::string name;
    std::vector<std::string> arguments;
    std::size_t symbol;
  };

  std::size_t symbol_of(const std::string& name, const std::vector<std::string>& arguments,
                        std::uint64_t line) {
    std::string full = name;
    for (std::size_t i = 0; i < arguments.size(); ++i) full += (i == 0 ? "[" : ",") + arguments[i];
    if (!arguments.empty()) full += "]";
    const auto [entry, added] = ids_.try_emplace(full, symbols_.size());
    if (added) {
      symbols_.emplace_back();
      symbols_.back().name = full;
      symbols_.back().line = line;
      pending_.push_back({name, arguments, entry->second});
    }
    return entry->second;
  }

  static bool matches(const GrammarRule& rule, const Pending& pending, Bindings& bindings) {
    if (rule.name != pending.name || rule.parameters.size() != pending.arguments.size()) {
      return false;
    }
    for (std::size_t i = 0; i < rule.parameters.size(); ++i) {
      if (!is_grammar_variable(rule.parameters[i])) {
        if (rule.parameters[i] != pending.arguments[i]) return false;
      } else if (bindings.try_emplace(rule.parameters[i], pending.arguments[i]).first->second !=
                 pending.arguments[i]) {
        return false;
      }
    }
    return true;
  }

  void expand_symbol(const Pending& pending) {
    std::vector<ExpandedAlternative> alternatives;
    for (std::size_t i = 0; i < grammar_.rules.size(); ++i) {
      const GrammarRule& rule = grammar_.rules[i];
      Bindings bindings;
      if (!matches(rule, pending, bindings)) continue;
      if (alternatives.empty()) symbols_[pending.symbol].line = rule.line;
      used_[i] = true;
      for (const GrammarAlternative& alternative : rule.alternatives) {
        alternatives.push_back(expand_alternative(alternative, bindings));
      }
    }
    ExpandedSymbol& symbol = symbols_[pending.symbol];
    if (alternatives.empty()) {
      fail(symbol.line, "'" + symbol.name + "' is not defined; add a rule for it");
    }
    symbol.alternatives = std::move(alternatives);
  }

  ExpandedAlternative expand_alternative(const GrammarAlternative& written,
                                         const Bindings& bindings) {
    ExpandedAlternative result;
    result.weight = written.weight;
    result.label = written.label;
    result.source = expand_side(written.source, bindings);
    if (written.target) {
      result.translated = true;
      result.target = expand_side(*written.target, bindings);
      link_sides(result, written.line);
    }
    return result;
  }

  std::vector<ExpandedPiece> expand_side(const std::vector<GrammarElement>& elements,
                                         const Bindings& bindings) {
    std::vector<ExpandedPiece> pieces;
    for (const GrammarElement& element : elements) {
      ExpandedPiece piece;
      piece.kind = element.kind;
      piece.words = element.words;
      piece.filter = element.filter;
      if (element.kind == GrammarElement::Kind::reference) {
        std::vector<std::string> arguments;
        for (const std::string& argument : element.arguments) {
          arguments.push_back(bound(argument, bindings, element.line));
        }
        piece.symbol = symbol_of(element.name, arguments, element.line);
      } else if (element.kind == GrammarElement::Kind::group) {
        piece.symbol = expand_group(element, bindings);
      }
      pieces.push_back(std::move(piece));
    }
    return pieces;
  }

  std::size_t expand_group(const GrammarElement& element, const Bindings& bindings) {
    std::vector<ExpandedAlternative> alternatives;
    for (const GrammarAlternative& alternative : element.group) {
      alternatives.push_back(expand_alternative(alternative, bindings));
    }
    ExpandedSymbol symbol;
    symbol.name = "a group";
    symbol.line = element.line;
    symbol.alternatives = std::move(alternatives);
    symbols_.push_back(std::move(symbol));
    return symbols_.size() - 1;
  }

  std::string bound(const std::string& argument, const Bindings& bindings,
                    std::uint64_t line) const {
    const bool opposite = argument[0] == '~';
    std::string value = argument.substr(opposite ? 1 : 0);
    if (is_grammar_variable(value)) {
      const auto found = bindings.find(value);
      if (found == bindings.end()) {
        fail(line, "the variable '" + value + "' does not stand on the left; add it there");
      }
      value = found->second;
    }
    if (!opposite) return value;
    for (const auto& [one, other] : grammar_.opposites) {
      if (value == one) return other;
      if (value == other) return one;
    }
    fail(line, "'" + value + "' has no opposite; declare it with %opposite");
  }

  /// The k-th use of a name in the target stands for the k-th one in the source.
  void link_sides(ExpandedAlternative& alternative, std::uint64_t line) const {
    std::vector<bool> taken(alternative.source.size(), false);
    for (ExpandedPiece& piece : alternative.target) {
      if (piece.kind != GrammarElement::Kind::reference) continue;
      for (std::size_t i = 0; i < taken.size() && !piece.linked; ++i) {
        const ExpandedPiece& candidate = alternative.source[i];
        if (taken[i] || candidate.kind != piece.kind || candidate.symbol != piece.symbol) continue;
        taken[i] = piece.linked = true;
        piece.source_piece = i;
      }
      if (!piece.linked) {
        fail(line, "'" + symbols_[piece.symbol].name + "' stands in the target only");
      }
    }
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const ExpandedPiece& piece = alternative.source[i];
      if (piece.kind == GrammarElement::Kind::reference && !taken[i]) {
        fail(line, "'" + symbols_[piece.symbol].name + "' stands in the source only");
      }
    }
  }

  [[noreturn]] void fail(std::uint64_t line, const std::string& message) const {
    throw FormatError::at_line(grammar_.path, line, message);
  }

  const Grammar& grammar_;
  std::vector<ExpandedSymbol>& symbols_;
  std::vector<bool> used_;
  std::map<std::string, std::size_t> ids_;
  std::vector<Pending> pending_;
};

std::size_t height_of(const std::vector<ExpandedPiece>& side,
                      const std::vector<ExpandedSymbol>& symbols) {
  std::size_t height = 0;
  for (const ExpandedPiece& piece : side) {
    if (is_symbol(piece)) height = std::max(height, symbols[piece.symbol].height);
  }
  return height;
}

/// Heights grow from the words upwards, until nothing changes; what has none then never ends.
void find_heights(const std::string& path, std::vector<ExpandedSymbol>& symbols) {
  for (ExpandedSymbol& symbol : symbols) symbol.height = kEndless;
  bool changed = true;
  while (changed) {
    changed = false;
    for (ExpandedSymbol& symbol : symbols) {
      for (ExpandedAlternative& alternative : symbol.alternatives) {
        const std::size_t below = std::max(height_of(alternative.source, symbols),
                                           height_of(alternative.target, symbols));
        alternative.height = below;
        if (below == kEndless || below + 1 >= symbol.height) continue;
        symbol.height = below + 1;
        changed = true;
      }
    }
  }
  for (const ExpandedSymbol& symbol : symbols) {
    if (symbol.height != kEndless) continue;
    throw FormatError::at_line(
        path, symbol.line,
        "'" + symbol.name + "' never ends; give it an alternative that does not lead back");
  }
}

}  // namespace

std::vector<ExpandedSymbol> expand_grammar(const Grammar& grammar) {
  std::vector<ExpandedSymbol> symbols;
  Expander(grammar, symbols).expand();
  for (ExpandedSymbol& symbol : symbols) {
    for (const ExpandedAlternative& alternative : symbol.alternatives) {
      symbol.total += alternative.weight;
    }
  }
  find_heights(grammar.path, symbols);
  return symbols;
}

}  // namespace weft
