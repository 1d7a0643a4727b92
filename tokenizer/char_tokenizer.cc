// Splits into grapheme clusters: what a reader calls a character. A space is one of them.
#include <utility>

#include "tokenizer/ascii.h"
#include "tokenizer/kinds.h"
#include "tokenizer/segments.h"

namespace weft {

namespace {

/// Clusters of ASCII are single bytes, but for a carriage return with its line feed.
void visit_ascii(std::string_view text, const std::function<void(std::string_view)>& visit) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text.substr(i).starts_with("\r\n") ? 2 : 1;
    visit(text.substr(i, length));
    i += length;
  }
}

class CharTokenizer : public Tokenizer {
 public:
  CharTokenizer(const TokenizerOptions& options, Vocabulary vocabulary)
      : Tokenizer(options, std::move(vocabulary)), segmenter_(Boundary::grapheme) {}

 protected:
  void visit_pieces(std::string_view text, const PieceVisitor& visit) const override {
    Segmenter::Cursor cursor(segmenter_);
    if (!scrubs()) return visit_clusters(text, visit, cursor);
    split_at_placeholders(
        text, [&](std::string_view stretch) { visit_clusters(stretch, visit, cursor); }, visit);
  }

  std::string join(const std::vector<std::string>& pieces) const override {
    std::string text;
    for (const auto& piece : pieces) text += piece;
    return text;
  }

 private:
  static void visit_clusters(std::string_view text, const PieceVisitor& visit,
                             Segmenter::Cursor& cursor) {
    while (!text.empty()) {
      // The last byte of an ASCII stretch may be the base of a mark that follows it.
      std::size_t plain = ascii_prefix(text);
      if (plain > 0 && plain < text.size()) --plain;
      if (plain > 0 && text.substr(plain - 1).starts_with("\r\n")) --plain;
      visit_ascii(text.substr(0, plain), visit);
      text.remove_prefix(plain);
      const std::size_t mixed = mixed_stretch(text);
      cursor.visit(text.substr(0, mixed), visit);
      text.remove_prefix(mixed);
    }
  }

  /// Up to the first place behind which two ASCII bytes stand: between those is always a boundary,
  /// and no rule looks across it.
  static std::size_t mixed_stretch(std::string_view text) {
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      if (is_ascii(text.substr(i, 2)) && text[i] != '\r') return i + 1;
    }
    return text.size();
  }

  Segmenter segmenter_;
};

}  // namespace

std::shared_ptr<Tokenizer> make_char_tokenizer(const TokenizerOptions& options,
                                               Vocabulary vocabulary) {
  return std::make_shared<CharTokenizer>(options, std::move(vocabulary));
}

}  // namespace weft
