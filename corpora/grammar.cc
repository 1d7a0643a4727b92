#include "corpora/grammar.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "corpora/grammar_lexer.h"

namespace weft {
namespace {

using Token = GrammarToken;
using TokenKind = GrammarTokenKind;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Parser {
 public:
  Parser(std::string_view text, const std::string& path)
      : path_(path), tokens_(grammar_tokens(text, path)) {}

  Grammar parse() {
    Grammar grammar;
    grammar.path = path_;
    while (peek().kind != TokenKind::end) {
      if (!peek().first_column) fail("a rule must begin in the first column");
      if (peek().kind == TokenKind::directive) {
        directive(grammar);
      } else {
        in_first_rule_ = grammar.rules.empty();
        grammar.rules.push_back(rule());
      }
    }
    if (grammar.rules.empty()) fail("the grammar has no rule; write one as: name = \"words\"");
    return grammar;
  }

 private:
  static constexpr int kMaxNesting = 50;

  const Token& peek() const { return tokens_[at_]; }
  bool is_sign(std::string_view sign) const {
    return peek().kind == TokenKind::sign && peek().text == sign;
  }
  bool accept(std::string_view sign) {
    if (!is_sign(sign)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view sign) {
    if (!accept(sign)) fail("expected '" + std::string(sign) + "' here");
  }
  std::string name() {
    if (peek().kind != TokenKind::name) fail("expected a name here");
    return tokens_[at_++].text;
  }
  /// Where a rule or a directive ends.
  bool at_end() const { return peek().kind == TokenKind::end || peek().first_column; }

  void directive(Grammar& grammar) {
    const std::string what = tokens_[at_++].text;
    std::vector<std::string> words;
    while (!at_end()) {
      if (peek().kind != TokenKind::name && peek().kind != TokenKind::text) fail("expected a word");
      words.push_back(tokens_[at_++].text);
    }
    --at_;  // errors name the line of the directive
    if (what == "opposite") {
      if (words.size() != 2) fail("%opposite needs two names, as: %opposite positive negative");
      grammar.opposites.emplace_back(words[0], words[1]);
    } else if (what == "vowel" || what == "consonant") {
      if (words.size() < 2 || (words[0] != "source" && words[0] != "target")) {
        fail("%" + what + " needs a side and beginnings of words, as: %" + what + " source hour");
      }
      VowelRules& rules = grammar.vowels[words[0] == "target"];
      std::vector<std::string>& list = what == "vowel" ? rules.vowels : rules.consonants;
      list.insert(list.end(), words.begin() + 1, words.end());
    } else {
      fail("unknown directive '%" + what + "'; there are %opposite, %vowel and %consonant");
    }
    ++at_;
  }

  GrammarRule rule() {
    GrammarRule rule;
    rule.line = peek().line;
    rule.name = name();
    if (accept("[")) {
      do rule.parameters.push_back(name());
      while (accept(","));
      expect("]");
    }
    expect("=");
    rule.alternatives = alternatives(0);
    if (!at_end()) fail("expected '|' or the next rule here");
    return rule;
  }

  std::vector<GrammarAlternative> alternatives(int nesting) {
    if (nesting > kMaxNesting) fail("too many groups inside each other; use rules");
    std::vector<GrammarAlternative> result;
    do alternative(nesting, result);
    while (accept("|"));
    return result;
  }

  void alternative(int nesting, std::vector<GrammarAlternative>& result) {
    GrammarAlternative alternative;
    alternative.line = peek().line;
    const bool weighted = peek().kind == TokenKind::number;
    if (weighted) {
      alternative.weight = weight_of(tokens_[at_++].text);
      expect(":");
    }
    if (peek().kind == TokenKind::label) {
      if (nesting > 0 || !in_first_rule_) fail("a label can only stand in the first rule");
      alternative.label = tokens_[at_++].text;
    }
    // A list that is all there is counts for as many alternatives as it has items.
    if (!weighted && alternative.label.empty() && peek().kind == TokenKind::list && list_is_all()) {
      for (GrammarAlternative& item : list_items()) result.push_back(std::move(item));
      return;
    }
    alternative.source = sequence(nesting);
    if (is_sign("=>")) {
      if (nesting > 0) fail("'=>' cannot stand inside a group; use a rule");
      ++at_;
      alternative.target = sequence(nesting);
      if (translates(alternative.source) || translates(*alternative.target)) {
        fail("a list with '=>' cannot stand beside another '=>'; make it a rule");
      }
    }
    result.push_back(std::move(alternative));
  }

  /// A group that gives both languages would be drawn twice, once for each side.
  static bool translates(const std::vector<GrammarElement>& side) {
    return std::any_of(side.begin(), side.end(), [](const GrammarElement& element) {
      return std::any_of(element.group.begin(), element.group.end(), [](const auto& alternative) {
        return alternative.target || translates(alternative.source);
      });
    });
  }

  bool list_is_all() const {
    const Token& after = tokens_[at_ + 1];
    return after.kind == TokenKind::end || after.first_column ||
           (after.kind == TokenKind::sign && (after.text == "|" || after.text == ")"));
  }

  std::vector<GrammarElement> sequence(int nesting) {
    std::vector<GrammarElement> result;
    while (!at_end() && !is_sign("|") && !is_sign(")") && !is_sign("=>")) {
      result.push_back(element(nesting));
    }
    if (result.empty()) {
      if (at_ > 0) --at_;  // the place where something is missing
      fail("empty alternative; write \"\" for no words");
    }
    return result;
  }

  GrammarElement element(int nesting) {
    GrammarElement element;
    element.line = peek().line;
    if (accept("+")) {
      element.kind = GrammarElement::Kind::join;
    } else if (peek().kind == TokenKind::text) {
      element.words = words_of(tokens_[at_++].text);
    } else if (peek().kind == TokenKind::list) {
      element.kind = GrammarElement::Kind::group;
      element.group = list_items();
    } else if (accept("(")) {
      finish_group(nesting, element);
    } else {
      element.name = name();
      element.filter = filter_of(element.name);
      if (element.filter != WordFilter::none) {
        expect("(");
        finish_group(nesting, element);
      } else {
        element.kind = GrammarElement::Kind::reference;
        if (accept("[")) arguments(element);
      }
    }
    if (accept("?")) element = optional(std::move(element));
    return element;
  }

  void finish_group(int nesting, GrammarElement& element) {
    element.kind = GrammarElement::Kind::group;
    element.group = alternatives(nesting + 1);
    expect(")");
  }

  void arguments(GrammarElement& element) {
    do {
      const bool opposite = accept("~");
      element.arguments.push_back((opposite ? "~" : "") + name());
    } while (accept(","));
    expect("]");
  }

  static GrammarElement optional(GrammarElement inner) {
    GrammarElement result;
    result.kind = GrammarElement::Kind::group;
    result.line = inner.line;
    GrammarAlternative nothing, something;
    nothing.line = something.line = inner.line;
    nothing.source.emplace_back();
    something.source.push_back(std::move(inner));
    result.group.push_back(std::move(nothing));
    result.group.push_back(std::move(something));
    return result;
  }

  static WordFilter filter_of(const std::string& name) {
    if (name == "capital") return WordFilter::capital;
    if (name == "lower") return WordFilter::lower;
    if (name == "bare") return WordFilter::bare;
    return WordFilter::none;
  }

  double weight_of(const std::string& number) const {
    char* end = nullptr;
    const double weight = std::strtod(number.c_str(), &end);
    if (*end != '\0' || !std::isfinite(weight) || weight <= 0) {
      fail("the weight '" + number + "' is not a number above 0");
    }
    return weight;
  }

  /// `{a, b => c, 2: d}`
  std::vector<GrammarAlternative> list_items() {
    const std::string& list = peek().text;
    std::vector<GrammarAlternative> result;
    std::size_t begin = 0;
    while (begin <= list.size()) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      result.push_back(list_item(list.substr(begin, end - begin)));
      begin = end + 1;
    }
    ++at_;
    return result;
  }

  GrammarAlternative list_item(std::string item) const {
    GrammarAlternative result;
    result.line = peek().line;
    const std::size_t first = item.find_first_not_of(" \t\r\n");
    const std::size_t colon = item.find(": ");
    if (first != std::string::npos && is_digit(item[first]) && colon != std::string::npos) {
      result.weight = weight_of(item.substr(first, colon - first));
      item.erase(0, colon + 1);
    }
    const std::size_t arrow = item.find("=>");
    result.source.push_back(list_words(item.substr(0, arrow)));
    if (arrow != std::string::npos) {
      result.target.emplace();
      result.target->push_back(list_words(item.substr(arrow + 2)));
    }
    return result;
  }

  GrammarElement list_words(const std::string& text) const {
    std::string clean;
    for (char c : text) {
      if (!is_space(c)) {
        clean += c;
      } else if (!clean.empty() && clean.back() != ' ') {
        clean += ' ';
      }
    }
    while (!clean.empty() && clean.back() == ' ') clean.pop_back();
    if (clean.empty()) fail("empty alternative in a list; write \"\" for no words");
    GrammarElement element;
    element.line = peek().line;
    if (clean != "\"\"") element.words = words_of(clean);
    return element;
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw FormatError::at_line(path_, peek().line, message);
  }

  const std::string& path_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  bool in_first_rule_ = true;
};

}  // namespace

bool is_grammar_variable(std::string_view name) {
  return !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
}

Grammar parse_grammar(std::string_view text, const std::string& path) {
  return Parser(text, path).parse();
}

}  // namespace weft
