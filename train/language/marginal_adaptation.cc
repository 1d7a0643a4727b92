#include "train/language/marginal_adaptation.h"

#include "models/core/kernels/elementwise.h"
#include "tokenizer/vocabulary.h"
#include "train/language/language_scores.h"

namespace weft {

Marginals::Marginals(const NextTokenModel& general, const TokenStream& text,
                     const std::vector<int>& part, int parts) {
  const auto vocabulary = static_cast<Index>(general.tokenizer()->vocabulary().size());
  counted_.zeros(vocabulary, static_cast<Index>(parts));
  expected_.zeros(vocabulary, static_cast<Index>(parts));
  const auto& kernel = kernels::elementwise();
  read_scores(general, text, [&](std::uint64_t first, const Matrix& scores, auto tokens) {
    for (std::size_t n = 0; n < tokens.size(); ++n) {
      const real* of_one = scores.colptr(n);
      const auto p = static_cast<Index>(part[first + n]);
      counted_(static_cast<Index>(tokens[n]), p) += 1;
      kernel.scaled_exp(scores.n_rows, 1,
                        static_cast<real>(kernel.log_sum_exp(scores.n_rows, of_one)), of_one, 1,
                        expected_.colptr(p));
    }
  });
}

Matrix Marginals::log_ratios(int left_out) const {
  const auto with_prior = [&](const Matrix& counts) {
    Matrix sum = arma::sum(counts, 1) + kPrior;
    if (left_out >= 0) sum -= counts.col(static_cast<Index>(left_out));
    return sum;
  };
  return arma::log(with_prior(counted_) / with_prior(expected_));
}

std::vector<double> adapted_log_likelihoods(
    const NextTokenModel& general, const TokenStream& text,
    const std::function<const Matrix&(std::uint64_t place)>& factors) {
  std::vector<double> result(text.size());
  Matrix adapted;
  read_scores(general, text, [&](std::uint64_t first, const Matrix& scores, auto tokens) {
    adapted = scores;
    for (std::size_t n = 0; n < tokens.size(); ++n) adapted.col(n) += factors(first + n);
    log_likelihoods(adapted, tokens.data(), result.data() + first);
  });
  return result;
}

}  // namespace weft
