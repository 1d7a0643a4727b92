#include "models/nets/word_attention.h"

#include <algorithm>

#include "tokenizer/surface.h"

namespace weft {

PieceWords words_of(const Tokenizer& tokenizer, const std::vector<std::string>& pieces) {
  PieceWords result;
  bool in_word = false, glued = false;
  for (const std::string& piece : pieces) {
    const Surface shown = surface(tokenizer, piece);
    if (shown.space_before && !glued) in_word = false;
    glued = shown.glue_after;
    int word = -1;
    for (const char c : shown.text) {
      const bool space = c == ' ';
      if (!space && !in_word) result.words.emplace_back();
      in_word = !space;
      if (space) continue;
      result.words.back() += c;
      if (word < 0) word = static_cast<int>(result.words.size()) - 1;
    }
    result.word_of_piece.push_back(word >= 0 ? word : static_cast<int>(result.words.size()));
  }
  const int last = static_cast<int>(result.words.size()) - 1;
  for (int& word : result.word_of_piece) word = std::min(word, last);
  return result;
}

WordAttention word_attention(const Translator& model, const TextTranslation& translation) {
  const PieceWords source = words_of(model.source_tokenizer(), translation.source);
  const PieceWords target = words_of(model.target_tokenizer(), translation.target);
  WordAttention result{source.words, target.words, {}};
  result.weights.zeros(source.words.size() + 1, target.words.size());
  std::vector<int> pieces(target.words.size());
  for (std::size_t t = 0; t < target.word_of_piece.size(); ++t) {
    if (target.word_of_piece[t] < 0) continue;
    const auto column = static_cast<Index>(target.word_of_piece[t]);
    ++pieces[column];
    for (Index s = 0; s < translation.attention.n_rows; ++s) {
      const bool eos = s >= source.word_of_piece.size() || source.word_of_piece[s] < 0;
      const Index row = eos ? source.words.size() : static_cast<Index>(source.word_of_piece[s]);
      result.weights(row, column) += translation.attention(s, t);
    }
  }
  for (Index column = 0; column < result.weights.n_cols; ++column)
    result.weights.col(column) /= static_cast<real>(std::max(1, pieces[column]));
  return result;
}

std::vector<std::pair<int, int>> word_links(const WordAttention& attention) {
  std::vector<std::pair<int, int>> links;
  for (Index t = 0; t < attention.weights.n_cols; ++t) {
    const Index s = attention.weights.col(t).index_max();
    if (s < attention.source.size()) links.emplace_back(static_cast<int>(s), static_cast<int>(t));
  }
  return links;
}

}  // namespace weft
