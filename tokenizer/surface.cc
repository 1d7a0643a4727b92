#include "tokenizer/surface.h"

#include "tokenizer/escape.h"
#include "tokenizer/kinds.h"
#include "tokenizer/subword_trainer.h"

namespace weft {
namespace {

Surface unicode_word(std::string_view piece) {
  Surface surface;
  surface.space_before = !piece.starts_with(kJoiner);
  if (!surface.space_before) piece.remove_prefix(kJoiner.size());
  surface.glue_after = piece.ends_with(kJoiner);
  if (surface.glue_after) piece.remove_suffix(kJoiner.size());
  surface.text = unescape_mark(piece, kJoiner);
  return surface;
}

/// "<0xE2>" is the byte E2; elsewhere U+2581 is a space.
Surface subword(std::string_view piece) {
  Surface surface;
  if (piece.size() == 6 && piece.starts_with("<0x") && piece.back() == '>') {
    surface.text = static_cast<char>(std::stoi(std::string(piece.substr(3, 2)), nullptr, 16));
    return surface;
  }
  for (std::size_t i = 0; i < piece.size();) {
    const bool mark = piece.substr(i).starts_with(kSubwordMark);
    surface.text += mark ? ' ' : piece[i];
    i += mark ? kSubwordMark.size() : 1;
  }
  return surface;
}

}  // namespace

Surface surface(const Tokenizer& tokenizer, std::string_view piece) {
  switch (tokenizer.options().kind) {
    case TokenizerKind::words:
      return {std::string(piece), true, false};
    case TokenizerKind::unicode_words:
      return unicode_word(piece);
    case TokenizerKind::chars:
      return {std::string(piece), false, false};
    case TokenizerKind::subwords:
      break;
  }
  return subword(piece);
}

std::vector<Surface> surfaces(const Tokenizer& tokenizer) {
  const Vocabulary& vocabulary = tokenizer.vocabulary();
  std::vector<Surface> result(static_cast<std::size_t>(vocabulary.size()));
  for (int id = kSpecialIds; id < vocabulary.size(); ++id)
    result[static_cast<std::size_t>(id)] = surface(tokenizer, vocabulary.piece(id));
  return result;
}

}  // namespace weft
