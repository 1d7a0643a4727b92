// How single tokens look in running text: what a search needs that is held to typed characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace weft {

struct Surface {
  std::string text;           // may be part of a character, for SentencePiece's byte pieces
  bool space_before = false;  // unless the token before glues
  bool glue_after = false;    // no space before the next token
};

/// Of one piece, as split() gives it.
Surface surface(const Tokenizer& tokenizer, std::string_view piece);

/// For every id of the vocabulary. Special pieces have no text.
/// Appending surfaces one after another, starting at a line start as if a space stood before it,
/// gives the decoded text (after `words` and `unicode_words` with that first space).
std::vector<Surface> surfaces(const Tokenizer& tokenizer);

}  // namespace weft
