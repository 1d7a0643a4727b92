#include "corpora/grammar_lexer.h"

#include <cctype>
#include <cstddef>

#include "base/error.h"

namespace weft {
namespace {

using Token = GrammarToken;
using TokenKind = GrammarTokenKind;

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  Lexer(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  std::vector<Token> tokens() {
    std::vector<Token> result;
    do result.push_back(next());
    while (result.back().kind != TokenKind::end);
    return result;
  }

 private:
  Token next() {
    skip_space_and_comments();
    Token token;
    token.line = line_;
    if (at_ == text_.size()) return token;
    token.first_column = at_ == 0 || text_[at_ - 1] == '\n';
    const char c = text_[at_];
    if (c == '"') {
      token.kind = TokenKind::text;
      token.text = until('"', "this text has no closing quote; add it on the same line");
      if (token.text.find('\n') != std::string::npos) {
        fail(token.line, "this text has no closing quote; add it on the same line");
      }
    } else if (c == '{') {
      token.kind = TokenKind::list;
      token.text = until('}', "this list has no closing brace; add '}'");
    } else if (c == '@' || c == '%') {
      ++at_;
      token.kind = c == '@' ? TokenKind::label : TokenKind::directive;
      token.text = while_true([](char x) { return is_name_character(x); });
      if (token.text.empty()) fail(line_, std::string("a name must follow '") + c + "'");
    } else if (is_digit(c)) {
      token.kind = TokenKind::number;
      token.text = while_true([](char x) { return is_digit(x) || x == '.'; });
    } else if (is_name_character(c)) {
      token.kind = TokenKind::name;
      token.text = while_true([](char x) { return is_name_character(x); });
    } else {
      token.kind = TokenKind::sign;
      token.text = sign();
    }
    return token;
  }

  void skip_space_and_comments() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (is_space(text_[at_])) {
        if (text_[at_] == '\n') ++line_;
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string until(char closing, const std::string& message) {
    const std::size_t end = text_.find(closing, at_ + 1);
    if (end == std::string_view::npos) fail(line_, message);
    const std::string inside(text_.substr(at_ + 1, end - at_ - 1));
    for (char c : inside) line_ += c == '\n';
    at_ = end + 1;
    return inside;
  }

  template <class Predicate>
  std::string while_true(Predicate predicate) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && predicate(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string sign() {
    if (text_.substr(at_).starts_with("=>")) {
      at_ += 2;
      return "=>";
    }
    const char c = text_[at_];
    if (std::string_view("=|()[],~?+:").find(c) == std::string_view::npos) {
      fail(line_, "unexpected character; write words in quotes");
    }
    ++at_;
    return std::string(1, c);
  }

  [[noreturn]] void fail(std::uint64_t line, const std::string& message) const {
    throw FormatError::at_line(path_, line, message);
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace

std::vector<GrammarToken> grammar_tokens(std::string_view text, const std::string& path) {
  return Lexer(text, path).tokens();
}

}  // namespace weft
