// Splits at Unicode word boundaries and marks with a joiner where no space stood, so that the text
// can be put together again.
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "tokenizer/ascii.h"
#include "tokenizer/ascii_words.h"
#include "tokenizer/escape.h"
#include "tokenizer/kinds.h"
#include "tokenizer/segments.h"

namespace weft {

namespace {

bool has_alphanumeric(std::string_view segment) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(segment.data());
  const std::size_t size = segment.size();
  for (std::size_t i = 0; i < size;) {
    UChar32 c;
    U8_NEXT(bytes, i, size, c);
    if (c >= 0 && (u_isUAlphabetic(c) || u_isalnum(c))) return true;
  }
  return false;
}

/// Turns segments into pieces. A segment is held back until the next one is known, as that decides
/// on which side a joiner goes.
class PieceWriter {
 public:
  PieceWriter(const std::function<void(std::string_view)>& visit) : visit_(visit) {}

  void add(std::string_view segment, bool is_word) {
    const bool glued = !segment_.empty() && !gap_;
    const bool joiner_left = glued && (!is_word || is_word_);
    flush(glued && !joiner_left);
    segment_ = segment;
    is_word_ = is_word;
    joiner_left_ = joiner_left;
    gap_ = false;
  }
  /// A single space, which needs no piece: two pieces without a joiner stand for it.
  void add_gap() { gap_ = true; }
  bool can_add_gap() const { return !segment_.empty() && !gap_; }

  void flush(bool joiner_right = false) {
    if (segment_.empty()) return;
    const bool marked = segment_.find(kJoiner.front()) != std::string_view::npos;
    if (!joiner_left_ && !joiner_right && !marked) {
      visit_(segment_);
      return;
    }
    piece_.clear();
    if (joiner_left_) piece_ += kJoiner;
    piece_ += marked ? escape_mark(segment_, kJoiner) : segment_;
    if (joiner_right) piece_ += kJoiner;
    visit_(piece_);
  }

 private:
  const std::function<void(std::string_view)>& visit_;
  std::string_view segment_;  // held back
  std::string piece_;
  bool is_word_ = false;
  bool joiner_left_ = false;
  bool gap_ = false;  // between the segment held back and the next one
};

class UnicodeWordTokenizer : public Tokenizer {
 public:
  UnicodeWordTokenizer(const TokenizerOptions& options, Vocabulary vocabulary)
      : Tokenizer(options, std::move(vocabulary)), segmenter_(Boundary::word), ascii_(segmenter_) {}

 protected:
  void visit_pieces(std::string_view text, const PieceVisitor& visit) const override {
    PieceWriter writer(visit);
    Segmenter::Cursor cursor(segmenter_);
    if (scrubs()) {
      const char* const end = text.data() + text.size();
      split_at_placeholders(
          text,
          [&](std::string_view part) {
            add_text(part, part.data() + part.size() == end, cursor, writer);
          },
          [&](std::string_view placeholder) { writer.add(placeholder, /*is_word=*/true); });
    } else {
      add_text(text, /*last=*/true, cursor, writer);
    }
    writer.flush();
  }

  std::string join(const std::vector<std::string>& pieces) const override {
    std::string text;
    bool glued = true;
    for (std::string_view piece : pieces) {
      if (piece.starts_with(kJoiner)) {
        piece.remove_prefix(kJoiner.size());
        glued = true;
      }
      if (!glued) text += ' ';
      glued = piece.ends_with(kJoiner);
      if (glued) piece.remove_suffix(kJoiner.size());
      text += piece.find(kJoiner.front()) == std::string_view::npos ? std::string(piece)
                                                                    : unescape_mark(piece, kJoiner);
    }
    return text;
  }

 private:
  /// `last`: at the end of the text, where a space is a piece.
  void add_text(std::string_view text, bool last, Segmenter::Cursor& cursor,
                PieceWriter& writer) const {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = stretch_end(text, begin);
      const std::string_view stretch = text.substr(begin, end - begin);
      const bool last_stretch = last && end == text.size();
      if (is_ascii(stretch)) {
        add_ascii(stretch, last_stretch, writer);
      } else {
        cursor.visit(stretch, [&](std::string_view segment) {
          const bool ends = segment.data() + segment.size() == stretch.data() + stretch.size();
          add(segment, has_alphanumeric(segment), last_stretch && ends, writer);
        });
      }
      begin = end;
    }
  }

  static void add(std::string_view segment, bool is_word, bool last, PieceWriter& writer) {
    if (segment == " " && !last && writer.can_add_gap()) {
      writer.add_gap();
    } else {
      writer.add(segment, is_word);
    }
  }

  void add_ascii(std::string_view text, bool last, PieceWriter& writer) const {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = ascii_.segment_end(text, begin);
      const std::string_view segment = text.substr(begin, end - begin);
      add(segment, ascii_.is_word(segment), last && end == text.size(), writer);
      begin = end;
    }
  }

  /// Text is cut into stretches that are segmented apart, so that one curly quote does not send a
  /// whole line the slow way. A cut goes between an ASCII character that is no space and a space
  /// followed by such a character: rules look no farther than that.
  static std::size_t stretch_end(std::string_view text, std::size_t begin) {
    const std::size_t plain = ascii_prefix(text.substr(begin));
    if (begin + plain == text.size()) return text.size();
    const auto is_cut = [&](std::size_t space) {
      return text[space] == ' ' && space > 0 && is_visible(text[space - 1]) &&
             space + 1 < text.size() && is_visible(text[space + 1]);
    };
    // The last cut within the ASCII text, so that all before it goes the fast way ...
    for (std::size_t i = begin + plain; i-- > begin + 1;) {
      if (is_cut(i)) return i;
    }
    // ... or else the first one behind the characters that are not.
    for (std::size_t i = begin + plain; i < text.size(); ++i) {
      if (is_cut(i)) return i;
    }
    return text.size();
  }

  static bool is_visible(char c) { return c > ' ' && c < 0x7F; }

  Segmenter segmenter_;
  AsciiWords ascii_;
};

}  // namespace

std::shared_ptr<Tokenizer> make_unicode_word_tokenizer(const TokenizerOptions& options,
                                                       Vocabulary vocabulary) {
  return std::make_shared<UnicodeWordTokenizer>(options, std::move(vocabulary));
}

}  // namespace weft
