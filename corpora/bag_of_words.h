// A text as the words in it, whatever their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace weft {

/// What stands for a word that occurs n times in a text:
///   binary  1
///   counts  n
///   log     log(1 + n)
///   tf_idf  (1 + log n) · idf of the word, the whole divided by its Euclidean length
enum class BagWeights { binary, counts, log, tf_idf };

/// Numbers of some rows of a column, by rising row; the others are 0.
struct SparseColumn {
  std::vector<std::uint32_t> rows;
  std::vector<float> values;
};

/// Rows of a bag: a row a word of the vocabulary, without the special ones.
std::size_t bag_rows(const Tokenizer& tokenizer);

/// `idf`: of each row, for tf_idf alone, else empty. Unknown words are left out.
SparseColumn bag_of_words(const Tokenizer& tokenizer, std::string_view text, BagWeights weights,
                          const std::vector<float>& idf = {});

/// log((1 + N) / (1 + texts that have the word)) + 1 for each row of N bags.
std::vector<float> inverse_document_frequencies(const std::vector<SparseColumn>& bags,
                                                std::size_t rows);

}  // namespace weft
