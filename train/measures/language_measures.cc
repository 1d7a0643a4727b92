#include "train/measures/language_measures.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace weft {

nlohmann::json LikelihoodSum::measures(const TokenStream& data) const {
  if (tokens == 0) throw UserError("there are no tokens to measure the model on");
  const double loss = -log_likelihood / static_cast<double>(tokens);
  nlohmann::json measures = {{"tokens", tokens}, {"loss", loss}, {"perplexity", std::exp(loss)}};
  if (data.characters() > 0)
    measures["bits_per_character"] =
        -log_likelihood / std::log(2.0) / static_cast<double>(data.characters());
  return measures;
}

int rank(const Matrix& scores, Index column, int token) {
  const real* z = scores.colptr(column);
  const real score = z[token];
  int higher = 0;
  for (Index m = 0; m < scores.n_rows; ++m) higher += z[m] > score;
  for (int m = 0; m < token; ++m) higher += z[m] == score;
  return higher;
}

}  // namespace weft
