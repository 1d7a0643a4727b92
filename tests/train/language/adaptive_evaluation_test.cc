// Language models that use what they are measured on: against plain loops, and where the answer is
// known.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "corpora/language_batches.h"
#include "tests/models/small_models.h"
#include "train/language/continuous_cache.h"
#include "train/language/dynamic_evaluation.h"
#include "train/language/kneser_ney.h"
#include "train/tasks/language_task.h"

namespace weft {
namespace {

std::unique_ptr<LanguageModel> initialised() {
  auto model = small_language_model(Cell::lstm);
  model->parameters().initialize(3);
  return model;
}

/// A text in which words come back.
TokenStream stream_of(const LanguageModel& model, int tokens) {
  const int words = model.tokenizer()->vocabulary().size();
  std::vector<int> ids;
  for (int i = 0; i < tokens; ++i) ids.push_back(kSpecialIds + i * i % 7 % (words - kSpecialIds));
  return TokenStream::from_ids(ids);
}

double loss(const nlohmann::json& measures) { return measures.at("loss").get<double>(); }

TEST(ContinuousCache, AWeightOfNothingChangesNothing) {
  const auto model = initialised();
  const TokenStream data = stream_of(*model, 150);
  ContinuousCacheOptions options;
  options.size = 20;
  options.lambda = 0;
  EXPECT_NEAR(loss(evaluate_with_cache(*model, data, options)),
              loss(evaluate_language_model(*model, data)), 1e-6);
}

// By the formula, a position at a time.
TEST(ContinuousCache, AgreesWithPlainLoops) {
  const auto model = initialised();
  for (const int size : {1, 5, 100, 1000}) {
    const TokenStream data = stream_of(*model, 150);
    ContinuousCacheOptions options;
    options.size = size;
    options.theta = 2;
    options.lambda = 0.3;
    LanguageBatches batches(data, 1, 150);
    LanguageBatch batch;
    ASSERT_TRUE(batches.next(batch));
    Tape tape;
    RecurrentState state;
    const auto reading = model->reading(tape, batch.inputs, state);
    std::vector<double> scores(150);
    log_likelihoods(reading.scores.value(), batch.targets.data(), scores.data());
    const Matrix& h = reading.hidden.value();
    double sum = scores[0];
    for (int t = 1; t < 150; ++t) {
      double hit = 0, all = 0;
      for (int i = std::max(0, t - size); i < t; ++i) {
        const double weight =
            std::exp(2 * static_cast<double>(arma::dot(h.col(static_cast<Index>(t)),
                                                       h.col(static_cast<Index>(i)))));
        all += weight;
        if (batch.targets[static_cast<std::size_t>(i)] ==
            batch.targets[static_cast<std::size_t>(t)])
          hit += weight;
      }
      sum += std::log(0.7 * std::exp(scores[static_cast<std::size_t>(t)]) + 0.3 * hit / all);
    }
    EXPECT_NEAR(loss(evaluate_with_cache(*model, data, options)), -sum / 150, 1e-5) << size;
  }
}

// What completes reads a token at a time, or several, and gives all words' probabilities.
TEST(ContinuousCache, ReadsAsItIsMeasured) {
  const auto network = initialised();
  const TokenStream data = stream_of(*network, 60);
  ContinuousCacheOptions options;
  options.size = 7;
  options.theta = 2;
  options.lambda = 0.3;
  const CachedModel model(*network, options);
  std::vector<int> ids(data.size());
  data.read(0, ids.size(), ids.data());
  double sum = 0;
  std::vector<int> read;  // since `last`
  auto last = model.begin(), reading = last;
  for (const int id : ids) {
    EXPECT_NEAR(arma::accu(arma::exp(reading->next())), 1, 1e-5);
    sum -= static_cast<double>(reading->next()[static_cast<Index>(id)]);
    reading = model.advance({reading}, {id}).front();
    read.push_back(id);
    if (read.size() < 9) continue;
    const auto at_once = model.read(last, read);
    EXPECT_TRUE(arma::approx_equal(at_once->next(), reading->next(), "absdiff", real(1e-5)));
    last = at_once;
    read.clear();
  }
  EXPECT_NEAR(sum / 60, loss(evaluate_with_cache(*network, data, options)), 1e-5);
}

TEST(ContinuousCache, BranchesShareWhatIsBeforeThem) {
  const auto network = initialised();
  ContinuousCacheOptions options;
  options.size = 100;
  options.lambda = 0.5;
  const CachedModel model(*network, options);
  const int a = kSpecialIds, b = a + 1;
  const auto begin = model.begin();
  EXPECT_EQ(begin->next()[a], network->begin()->next()[a]);  // nothing is before
  const auto both = model.advance({begin, begin}, {a, b});
  // All that the cache knows is one word.
  EXPECT_GT(both[0]->next()[static_cast<Index>(a)], std::log(0.5));
  EXPECT_GT(both[1]->next()[static_cast<Index>(b)], std::log(0.5));
  EXPECT_LT(both[0]->next()[static_cast<Index>(b)], std::log(0.5));
}

TEST(ContinuousCache, NeedsHiddenStates) {
  const auto network = initialised();
  const auto ngrams = fit_ngram_model({2}, network->shared_tokenizer(), stream_of(*network, 60));
  EXPECT_THROW(CachedModel(*ngrams, {10}), UserError);
}

TEST(DynamicEvaluation, AtRateZeroIsStatic) {
  const auto model = initialised();
  const TokenStream data = stream_of(*model, 100);
  EXPECT_NEAR(loss(evaluate_dynamically(*model, data, {})),
              loss(evaluate_language_model(*model, data)), 1e-5);
}

TEST(DynamicEvaluation, LearnsWhatComesBackAndLeavesTheModelAlone) {
  const auto model = initialised();
  const TokenStream data = stream_of(*model, 600);
  const double before = loss(evaluate_language_model(*model, data));
  DynamicEvaluationOptions options;
  options.rate = 0.5;
  EXPECT_LT(loss(evaluate_dynamically(*model, data, options)), 0.9 * before);
  EXPECT_EQ(loss(evaluate_language_model(*model, data)), before);
}

// A full decay leaves nothing but the last step.
TEST(DynamicEvaluation, DecayForgets) {
  const auto model = initialised();
  const TokenStream data = stream_of(*model, 600);
  DynamicEvaluationOptions options;
  options.rate = 0.5;
  options.decay = 0;
  const double kept = loss(evaluate_dynamically(*model, data, options));
  options.decay = 1;
  const double forgotten = loss(evaluate_dynamically(*model, data, options));
  EXPECT_GT(forgotten, 1.05 * kept);
}

// A mixture's loss is exact, so that it may learn; without the dropout it was trained with.
TEST(DynamicEvaluation, OfAMixture) {
  LanguageModelOptions options;
  options.hidden = options.embedding = 5;
  options.output = OutputKind::mixture;
  options.mixture_components = 3;
  options.dropout = 0.5;
  options.latent_dropout = 0.5;
  LanguageModel model(options, small_tokenizer());
  model.parameters().initialize(3);
  const TokenStream data = stream_of(model, 600);
  const double before = loss(evaluate_language_model(model, data));
  DynamicEvaluationOptions dynamic;
  EXPECT_NEAR(loss(evaluate_dynamically(model, data, dynamic)), before, 1e-5);
  dynamic.rate = 0.5;
  EXPECT_LT(loss(evaluate_dynamically(model, data, dynamic)), 0.9 * before);
  ContinuousCacheOptions cache;
  cache.size = 20;
  EXPECT_LT(loss(evaluate_with_cache(model, data, cache)), before);
}

TEST(DynamicEvaluation, RefusesWhatCannotLearn) {
  LanguageModelOptions options;
  options.hidden = options.embedding = 20;
  LanguageModel quantized(options, small_tokenizer());
  quantized.parameters().initialize(1);
  quantized.parameters().quantize();
  ASSERT_TRUE(quantized.parameters().is_quantized());
  EXPECT_THROW(evaluate_dynamically(quantized, stream_of(quantized, 10), {}), UserError);
  options.output = OutputKind::sampled;
  LanguageModel sampled(options, small_tokenizer());
  sampled.parameters().initialize(1);
  EXPECT_THROW(evaluate_dynamically(sampled, stream_of(sampled, 10), {}), UserError);
}

}  // namespace
}  // namespace weft
