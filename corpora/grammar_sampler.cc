#include "corpora/grammar_sampler.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>

#include "base/error.h"

namespace weft {
namespace {

constexpr std::size_t kEndless = std::numeric_limits<std::size_t>::max();
constexpr int kMaxDepth = 100;
// Draws without a new sentence after which a grammar counts as exhausted.
constexpr std::size_t kPatience = 20000;

bool is_symbol(GrammarElement::Kind kind) {
  return kind == GrammarElement::Kind::reference || kind == GrammarElement::Kind::group;
}

void apply(WordFilter filter, Words& words) {
  if (filter == WordFilter::capital) capitalise(words);
  if (filter == WordFilter::lower) lower_case(words);
  if (filter == WordFilter::bare) drop_apostrophes(words);
}

/// Appends words to a side of a sentence; a join sign before them removes the space.
class SideWriter {
 public:
  explicit SideWriter(Words& words) : words_(words) {}
  void join() { join_ = true; }
  void append(Words added, WordFilter filter) {
    if (added.empty()) return;
    apply(filter, added);
    if (join_) added.front().joined = true;
    join_ = false;
    words_.insert(words_.end(), added.begin(), added.end());
  }

 private:
  Words& words_;
  bool join_ = false;
};

}  // namespace

/// Gives every name with every combination of arguments that is reached its own symbol.
class GrammarExpander {
 public:
  GrammarExpander(const Grammar& grammar, std::vector<GrammarSampler::Symbol>& symbols)
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
  using Piece = GrammarSampler::Piece;
  using Alternative = GrammarSampler::Alternative;
  using Symbol = GrammarSampler::Symbol;
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
    std::vector<Alternative> alternatives;
    for (std::size_t i = 0; i < grammar_.rules.size(); ++i) {
      const GrammarRule& rule = grammar_.rules[i];
      Bindings bindings;
      if (!matches(rule, pending, bindings)) continue;
      if (!used_[i]) symbols_[pending.symbol].line = rule.line;
      used_[i] = true;
      for (const GrammarAlternative& alternative : rule.alternatives) {
        alternatives.push_back(expand_alternative(alternative, bindings));
      }
    }
    Symbol& symbol = symbols_[pending.symbol];
    if (alternatives.empty()) {
      fail(symbol.line, "'" + symbol.name + "' is not defined; add a rule for it");
    }
    symbol.alternatives = std::move(alternatives);
  }

  Alternative expand_alternative(const GrammarAlternative& written, const Bindings& bindings) {
    Alternative result;
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

  std::vector<Piece> expand_side(const std::vector<GrammarElement>& elements,
                                 const Bindings& bindings) {
    std::vector<Piece> pieces;
    for (const GrammarElement& element : elements) {
      Piece piece;
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
    std::vector<Alternative> alternatives;
    for (const GrammarAlternative& alternative : element.group) {
      alternatives.push_back(expand_alternative(alternative, bindings));
    }
    Symbol symbol;
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
  void link_sides(Alternative& alternative, std::uint64_t line) const {
    std::vector<bool> taken(alternative.source.size(), false);
    for (Piece& piece : alternative.target) {
      if (piece.kind != GrammarElement::Kind::reference) continue;
      for (std::size_t i = 0; i < taken.size() && !piece.linked; ++i) {
        const Piece& candidate = alternative.source[i];
        if (taken[i] || candidate.kind != piece.kind || candidate.symbol != piece.symbol) continue;
        taken[i] = piece.linked = true;
        piece.source_piece = i;
      }
      if (!piece.linked) {
        fail(line, "'" + symbols_[piece.symbol].name + "' stands in the target only");
      }
    }
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const Piece& piece = alternative.source[i];
      if (piece.kind == GrammarElement::Kind::reference && !taken[i]) {
        fail(line, "'" + symbols_[piece.symbol].name + "' stands in the source only");
      }
    }
  }

  [[noreturn]] void fail(std::uint64_t line, const std::string& message) const {
    throw FormatError::at_line(grammar_.path, line, message);
  }

  const Grammar& grammar_;
  std::vector<GrammarSampler::Symbol>& symbols_;
  std::vector<bool> used_;
  std::map<std::string, std::size_t> ids_;
  std::vector<Pending> pending_;
};
