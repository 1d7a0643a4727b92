// How often tokens come in a text and how often a language model expects them.
#include "train/language/marginal_adaptation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/nets/language_model.h"
#include "tests/train/random_text.h"
#include "train/language/kneser_ney.h"

namespace weft {
namespace {

/// Parts 0 and 1 in turn, seven tokens each.
std::vector<int> sevens(std::size_t tokens) {
  std::vector<int> part;
  for (std::size_t i = 0; i < tokens; ++i) part.push_back(static_cast<int>(i / 7 % 2));
  return part;
}

std::unique_ptr<LanguageModel> network() {
  LanguageModelOptions options;
  options.hidden = options.embedding = 8;
  auto model = std::make_unique<LanguageModel>(options, words());
  model->parameters().initialize(1);
  return model;
}

/// Log-probabilities at each place of a text, one token read after the other.
std::vector<Matrix> step_by_step(const NextTokenModel& model, const std::vector<int>& ids) {
  std::vector<Matrix> result;
  NextTokenModel::ReadingPointer reading = model.begin();
  for (const int id : ids) {
    result.push_back(reading->next());
    reading = model.advance({reading}, {id}).front();
  }
  return result;
}

void expect_counts_and_expectations(const NextTokenModel& model) {
  const std::vector<int> ids = random_text(2, 200), part = sevens(ids.size());
  const std::vector<Matrix> next = step_by_step(model, ids);
  const Marginals marginals(model, TokenStream::from_ids(ids), part, 2);
  for (const int left_out : {-1, 0, 1}) {
    arma::vec counted(kVocabulary, arma::fill::value(Marginals::kPrior)), expected = counted;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (part[i] == left_out) continue;
      counted[static_cast<Index>(ids[i])] += 1;
      expected += arma::exp(arma::conv_to<arma::vec>::from(next[i]));
    }
    const Matrix ratios = marginals.log_ratios(left_out);
    for (Index w = 0; w < kVocabulary; ++w)
      EXPECT_NEAR(static_cast<double>(ratios[w]), std::log(counted[w] / expected[w]), 1e-4) << w;
  }
}

TEST(MarginalAdaptation, CountsAndExpectationsOfNgrams) {
  expect_counts_and_expectations(
      *fit_ngram_model({2}, words(), TokenStream::from_ids(random_text(1, 4000))));
}

TEST(MarginalAdaptation, CountsAndExpectationsOfANetwork) {
  expect_counts_and_expectations(*network());
}

TEST(MarginalAdaptation, FactorsOfAPartScaleAndNormalise) {
  const auto model = network();
  const std::vector<int> ids = random_text(2, 200), part = sevens(ids.size());
  RandomStream random(3, "factors");
  std::vector<Matrix> factors(2, Matrix(kVocabulary, 1));
  for (Matrix& of_part : factors) of_part.imbue([&] { return static_cast<real>(random.normal()); });
  const auto factors_at = [&](std::uint64_t place) -> const Matrix& {
    return factors[static_cast<std::size_t>(part[place])];
  };
  const std::vector<double> scores =
      adapted_log_likelihoods(*model, TokenStream::from_ids(ids), factors_at);
  const std::vector<Matrix> next = step_by_step(*model, ids);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const arma::vec scaled = arma::exp(arma::conv_to<arma::vec>::from(next[i] + factors_at(i)));
    EXPECT_NEAR(scores[i], std::log(scaled[static_cast<Index>(ids[i])] / arma::accu(scaled)), 1e-4);
  }
}

}  // namespace
}  // namespace weft
