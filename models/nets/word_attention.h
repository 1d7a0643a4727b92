// From pieces to words: what a reader wants to see of a translation's attention.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/nets/translation_search.h"

namespace weft {

/// The words of a text as they stand between white space, and the one that each piece is part of.
/// White space that is a piece of its own belongs to the word behind it.
struct PieceWords {
  std::vector<std::string> words;
  std::vector<int> word_of_piece;  // −1 if there are no words
};
PieceWords words_of(const Tokenizer& tokenizer, const std::vector<std::string>& pieces);

struct WordAttention {
  std::vector<std::string> source, target;  // words
  Matrix weights;                           // source words and <eos> × target words
};

/// A source word has the attention of all its pieces, a target word pays the mean of what its
/// pieces pay. `translation`: with its attention.
WordAttention word_attention(const Translator& model, const TextTranslation& translation);

/// For each target word the source word it attends to most, as pairs (source, target), counted
/// from 0; none for a target word that attends to <eos> most.
std::vector<std::pair<int, int>> word_links(const WordAttention& attention);

}  // namespace weft
