// What a writer's own text adds to a language model.
#include "train/language/adaptation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "tests/train/random_text.h"
#include "train/language/kneser_ney.h"
#include "train/language/language_scores.h"

namespace weft {
namespace {

/// Somebody whose words are every third one.
std::vector<int> own_text(std::uint64_t seed, int tokens) {
  std::vector<int> ids = random_text(seed, tokens);
  for (int& id : ids)
    if (id != kEos) id = kSpecialIds + (id - kSpecialIds) / 3 * 3;
  return ids;
}

class AdaptationTest : public testing::Test {
 protected:
  std::unique_ptr<NgramModel> general_ =
      fit_ngram_model({2}, words(), TokenStream::from_ids(random_text(1, 4000)));
  std::unique_ptr<PersonalModel> personal_ =
      adapt(*general_, {3}, TokenStream::from_ids(own_text(2, 600)));
};

TEST_F(AdaptationTest, MixturesAreDistributions) {
  const PersonalizedModel both(*general_, *personal_);
  NextTokenModel::ReadingPointer reading = both.begin();
  for (const int id : own_text(3, 30)) {
    EXPECT_NEAR(arma::accu(arma::exp(arma::conv_to<arma::mat>::from(reading->next()))), 1, 1e-5);
    reading = both.advance({reading}, {id}).front();
  }
}

TEST_F(AdaptationTest, ReadsAlikeAtOnceAndStepByStep) {
  const PersonalizedModel both(*general_, *personal_);
  const std::vector<int> ids = own_text(3, 12);
  NextTokenModel::ReadingPointer steps = both.begin();
  for (const int id : ids) steps = both.advance({steps}, {id}).front();
  const auto at_once = both.read(both.begin(), ids);
  EXPECT_TRUE(arma::approx_equal(steps->next(), at_once->next(), "absdiff", real(1e-5)));
}

TEST_F(AdaptationTest, OwnTextBecomesLikelier) {
  const TokenStream held_out = TokenStream::from_ids(own_text(4, 400));
  const double alone = evaluate_ngram_model(*general_, held_out).at("perplexity");
  const nlohmann::json adapted =
      evaluate_personalized(PersonalizedModel(*general_, *personal_), held_out);
  EXPECT_LT(adapted.at("perplexity").get<double>(), 0.7 * alone);
  EXPECT_GT(adapted.at("weight").get<double>(), 0);
  EXPECT_LT(adapted.at("weight").get<double>(), 1);
}

TEST_F(AdaptationTest, PrefersTheTokensOfTheText) {
  const Matrix& preferences = personal_->preferences();
  double own = 0, others = 0;
  for (int word = 0; word < kWords; ++word)
    (word % 3 == 0 ? own : others) += static_cast<double>(preferences[kSpecialIds + word]);
  EXPECT_GT(own, 0);
  EXPECT_LT(others, 0);
  const TokenStream text = TokenStream::from_ids(own_text(2, 600));
  EXPECT_TRUE(adapt(*general_, {3}, text, &text)->preferences().is_zero());  // weights alone
}

TEST_F(AdaptationTest, MeasuresWhatTheMixtureSays) {
  const PersonalizedModel both(*general_, *personal_);
  const std::vector<int> ids = own_text(4, 50);
  double sum = 0;
  NextTokenModel::ReadingPointer reading = both.begin();
  for (const int id : ids) {
    sum -= static_cast<double>(reading->next()[static_cast<Index>(id)]);
    reading = both.advance({reading}, {id}).front();
  }
  const nlohmann::json measures = evaluate_personalized(both, TokenStream::from_ids(ids));
  EXPECT_NEAR(measures.at("loss").get<double>(), sum / static_cast<double>(ids.size()), 1e-5);
}

TEST_F(AdaptationTest, WeightsAreTheBestOnHeldOutText) {
  const TokenStream text = TokenStream::from_ids(own_text(2, 600));
  const auto learned_it = fit_ngram_model({2}, words(), text);
  const TokenStream held_out = TokenStream::from_ids(own_text(4, 400));
  const auto perplexity = [&](const PersonalModel& personal) {
    return evaluate_personalized(PersonalizedModel(*learned_it, personal), held_out)
        .at("perplexity")
        .get<double>();
  };
  EXPECT_LT(perplexity(*adapt(*learned_it, {3}, text, &held_out)),
            perplexity(*adapt(*learned_it, {3}, text)));
}

TEST(PersonalModel, AClassForEachLengthAndQuarter) {
  EXPECT_EQ(PersonalModel::familiarities(1), 1);
  std::set<int> classes = {PersonalModel::familiarity({0, 1})};
  for (int length = 1; length < 3; ++length)
    for (const double left_over : {0.0, 0.3, 0.6, 0.9, 1.0})
      classes.insert(PersonalModel::familiarity({length, left_over}));
  EXPECT_EQ(std::ssize(classes), PersonalModel::familiarities(3));
  EXPECT_EQ(*classes.begin(), 0);
  EXPECT_EQ(*classes.rbegin(), PersonalModel::familiarities(3) - 1);
}

TEST_F(AdaptationTest, Mistakes) {
  EXPECT_THROW(adapt(*general_, {3}, TokenStream::from_ids({kSpecialIds, kEos})), UserError);
  TokenizerOptions options;
  options.kind = TokenizerKind::words;
  const auto others = Tokenizer::train(options, [](const auto& line) { line("other words"); });
  const auto stranger = fit_ngram_model({2}, others, TokenStream::from_ids({kSpecialIds, kEos}));
  EXPECT_THROW(PersonalizedModel(*stranger, *personal_), UserError);
}

}  // namespace
}  // namespace weft
