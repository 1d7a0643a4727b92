#include "corpora/bag_of_words.h"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

float weight(BagWeights weights, std::size_t count, float idf) {
  const double n = static_cast<double>(count);
  switch (weights) {
    case BagWeights::binary:
      return 1;
    case BagWeights::counts:
      return static_cast<float>(n);
    case BagWeights::log:
      return static_cast<float>(std::log1p(n));
    case BagWeights::tf_idf:
      break;
  }
  return static_cast<float>(1 + std::log(n)) * idf;
}

}  // namespace

std::size_t bag_rows(const Tokenizer& tokenizer) {
  return static_cast<std::size_t>(tokenizer.vocabulary().size() - kSpecialIds);
}

SparseColumn bag_of_words(const Tokenizer& tokenizer, std::string_view text, BagWeights weights,
                          const std::vector<float>& idf) {
  std::vector<int> ids = tokenizer.encode(text);
  std::sort(ids.begin(), ids.end());
  SparseColumn bag;
  for (auto word = std::lower_bound(ids.begin(), ids.end(), kSpecialIds); word != ids.end();) {
    const auto end = std::upper_bound(word, ids.end(), *word);
    const auto row = static_cast<std::uint32_t>(*word - kSpecialIds);
    bag.rows.push_back(row);
    bag.values.push_back(
        weight(weights, static_cast<std::size_t>(end - word), idf.empty() ? 1 : idf[row]));
    word = end;
  }
  if (weights != BagWeights::tf_idf) return bag;
  double squares = 0;
  for (const float value : bag.values) squares += static_cast<double>(value) * value;
  for (float& value : bag.values) value /= static_cast<float>(std::sqrt(squares));
  return bag;
}

std::vector<float> inverse_document_frequencies(const std::vector<SparseColumn>& bags,
                                                std::size_t rows) {
  std::vector<float> texts(rows, 0);
  for (const SparseColumn& bag : bags)
    for (const std::uint32_t row : bag.rows) ++texts[row];
  const double N = static_cast<double>(bags.size());
  for (float& count : texts)
    count = static_cast<float>(std::log((1 + N) / (1 + static_cast<double>(count))) + 1);
  return texts;
}

}  // namespace weft
