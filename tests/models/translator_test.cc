// Translators as a whole: what padding, other sentences, rounding and words learned do.
#include "models/nets/translator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "tests/models/small_models.h"

namespace weft {
namespace {

/// Pairs of ids as a model is trained on them.
struct Pairs {
  TokenBatch source, inputs;
  std::vector<int> targets;
};

Pairs make_pairs(const std::vector<std::vector<int>>& sources,
                 const std::vector<std::vector<int>>& words) {
  std::vector<std::vector<int>> inputs = words, outputs = words;
  std::vector<const std::vector<int>*> source_pointers, input_pointers;
  for (std::size_t n = 0; n < words.size(); ++n) {
    inputs[n].insert(inputs[n].begin(), kBos);
    outputs[n].push_back(kEos);
    source_pointers.push_back(&sources[n]);
    input_pointers.push_back(&inputs[n]);
  }
  Pairs pairs{make_token_batch(source_pointers), make_token_batch(input_pointers), {}};
  pairs.targets.assign(pairs.inputs.ids.size(), -1);
  for (std::size_t n = 0; n < words.size(); ++n)
    for (std::size_t t = 0; t < outputs[n].size(); ++t)
      pairs.targets[t * words.size() + n] = outputs[n][t];
  return pairs;
}

const std::vector<std::vector<int>> kSources = {{5, 6, 3}, {7, 8, 9, 4, 5, 3}, {3}, {9, 3}};
const std::vector<std::vector<int>> kWords = {{4, 5, 6, 7}, {8}, {}, {6, 6, 6}};

std::vector<TranslatorOptions> all_options() {
  std::vector<TranslatorOptions> all;
  for (const GatedCell cell : {GatedCell::gru, GatedCell::lstm})
    for (const AttentionKind attention :
         {AttentionKind::dot, AttentionKind::general, AttentionKind::additive}) {
      TranslatorOptions options;
      options.cell = cell;
      options.attention = attention;
      options.encoder_layers = 1 + static_cast<int>(attention) % 2;
      options.decoder_layers = 1 + static_cast<int>(attention) / 2;
      options.tie = static_cast<TranslatorTie>(static_cast<int>(attention) % 2);
      all.push_back(options);
    }
  return all;
}

TEST(Translator, PaddingAndOtherSentencesChangeNothing) {
  for (const TranslatorOptions& options : all_options()) {
    const auto model = small_translator(options);
    const Pairs all = make_pairs(kSources, kWords);
    const std::vector<double> together =
        model->log_likelihoods(all.source, all.inputs, all.targets);
    for (std::size_t n = 0; n < kSources.size(); ++n) {
      const Pairs one = make_pairs({kSources[n]}, {kWords[n]});
      const std::vector<double> alone = model->log_likelihoods(one.source, one.inputs, one.targets);
      ASSERT_EQ(alone.size(), kWords[n].size() + 1);
      for (std::size_t t = 0; t < alone.size(); ++t) {
        EXPECT_LT(alone[t], 0);
        EXPECT_NEAR(together[t * kSources.size() + n], alone[t], 1e-5);
      }
    }
  }
}

TEST(Translator, LossIsTheMeanOfLogLikelihoods) {
  for (const TranslatorOptions& options : all_options()) {
    const auto model = small_translator(options);
    const Pairs pairs = make_pairs(kSources, kWords);
    double sum = 0, count = 0;
    for (const double value : model->log_likelihoods(pairs.source, pairs.inputs, pairs.targets))
      sum -= value, count += value != 0;
    Tape tape;
    EXPECT_NEAR(model->loss(tape, pairs.source, pairs.inputs, pairs.targets.data()).value()(0, 0),
                sum / count, 1e-5);
  }
}

TEST(Translator, StepsGiveWhatTeacherForcingGives) {
  for (const TranslatorOptions& options : all_options()) {
    const auto model = small_translator(options);
    const Pairs pairs = make_pairs({kSources[1]}, {kWords[0]});
    const std::vector<double> forced =
        model->log_likelihoods(pairs.source, pairs.inputs, pairs.targets);
    const LaidOutWeights laid_out = model->lay_out();
    Tape tape(&laid_out);
    Translator::Encoded encoded;
    model->encode(tape, pairs.source, encoded);
    Translator::State state = encoded.state;
    for (std::size_t t = 0; t < forced.size(); ++t) {
      double result = 0;
      const Translator::Prediction next =
          model->step(tape, encoded, state, {0}, {pairs.inputs.ids[t]});
      log_likelihoods(next.scores.value(), &pairs.targets[t], &result);
      EXPECT_NEAR(result, forced[t], 1e-5);
      real sum = 0;
      for (int s = 0; s < encoded.length(0); ++s) sum += next.attention[s];
      EXPECT_NEAR(sum, 1, 1e-6);
    }
  }
}

TEST(Translator, EightBitsAreNearlyTheSame) {
  for (TranslatorOptions options : all_options()) {
    options.hidden = 32, options.embedding = 24;
    Translator model(options, small_tokenizer(), small_target_tokenizer());
    randomize(model);
    for (Parameter& parameter : model.parameters()) parameter.value *= real(0.3);
    const Pairs pairs = make_pairs(kSources, kWords);
    const auto whole = model.log_likelihoods(pairs.source, pairs.inputs, pairs.targets);
    model.parameters().quantize();
    const auto rounded = model.log_likelihoods(pairs.source, pairs.inputs, pairs.targets);
    for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_NEAR(whole[n], rounded[n], 0.05);
  }
}

TEST(Translator, ReadsALineToItsLongestLength) {
  TranslatorOptions options;
  options.max_length = 3;
  const auto model = small_translator(options);
  EXPECT_EQ(model->encode_source(""), std::vector<int>{kEos});
  const std::vector<int> cut = model->encode_source("i do not love this car");
  EXPECT_EQ(cut.size(), 4u);
  EXPECT_EQ(cut.back(), kEos);
}

TEST(Translator, SaysWhichOptionsContradictEachOther) {
  TranslatorOptions options;
  options.tie = TranslatorTie::all;
  EXPECT_THROW(Translator(options, small_tokenizer(), small_target_tokenizer()), UserError);
  options.tie = TranslatorTie::none;
  options.attention = AttentionKind::dot;
  options.encoder_hidden = 100;
  EXPECT_THROW(Translator(options, small_tokenizer(), small_target_tokenizer()), UserError);
}

}  // namespace
}  // namespace weft
