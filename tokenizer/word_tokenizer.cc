// Splits at white space alone, as the Penn Treebank and WikiText files are meant to be read.
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <utility>

#include "tokenizer/kinds.h"

namespace weft {

namespace {

bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

class WordTokenizer : public Tokenizer {
 public:
  WordTokenizer(const TokenizerOptions& options, Vocabulary vocabulary)
      : Tokenizer(options, std::move(vocabulary)) {}

 protected:
  void visit_pieces(std::string_view text, const PieceVisitor& visit) const override {
    if (options_.normalizer.squeeze_space) {
      visit_between_spaces(text, visit);
    } else {
      visit_between_any_white_space(text, visit);
    }
  }

  std::string join(const std::vector<std::string>& pieces) const override {
    std::string text;
    for (const auto& piece : pieces) {
      if (!text.empty()) text += ' ';
      text += piece;
    }
    return text;
  }

 private:
  /// Normalised text has nothing but single spaces.
  static void visit_between_spaces(std::string_view text, const PieceVisitor& visit) {
    while (!text.empty()) {
      const std::size_t end = text.find(' ');
      visit(text.substr(0, end));
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  static void visit_between_any_white_space(std::string_view text, const PieceVisitor& visit) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const std::size_t size = text.size();
    std::size_t begin = 0;
    for (std::size_t i = 0; i < size;) {
      const std::size_t start = i;
      UChar32 c;
      U8_NEXT(bytes, i, size, c);
      if (!(c < 0x80 ? is_ascii_space(static_cast<char>(c)) : u_isUWhiteSpace(c))) continue;
      if (start > begin) visit(text.substr(begin, start - begin));
      begin = i;
    }
    if (size > begin) visit(text.substr(begin));
  }
};

}  // namespace

std::shared_ptr<Tokenizer> make_word_tokenizer(const TokenizerOptions& options,
                                               Vocabulary vocabulary) {
  return std::make_shared<WordTokenizer>(options, std::move(vocabulary));
}

}  // namespace weft
