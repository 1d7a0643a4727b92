#include "train/tasks/translation_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "tests/corpora/temporary_files.h"
#include "train/report/report.h"
#include "train/trainer.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

/// Numbers from 0 to 99 in English words and their digits: "four two" is "4 2".
std::string pairs_of_digits() {
  const char* names[] = {"zero", "one", "two", "three", "four", "five", "six", "seven"};
  std::string text;
  for (int a = 0; a < 8; ++a)
    for (int b = 0; b < 8; ++b)
      text += std::string(names[a]) + " " + names[b] + "\t" + std::to_string(a) + " " +
              std::to_string(b) + "\n";
  return text;
}

class TranslationTaskTest : public ::testing::Test {
 protected:
  std::shared_ptr<const Tokenizer> words(std::string TextPair::*side) const {
    TokenizerOptions options;
    options.kind = TokenizerKind::words;
    return Tokenizer::train(options, [&](const std::function<void(std::string_view)>& show) {
      for (const TextPair& pair : read_pairs({data_}, {})) show(pair.*side);
    });
  }
  std::unique_ptr<Translator> model(int max_length = 200) const {
    TranslatorOptions options;
    options.hidden = 16;
    options.embedding = 12;
    options.dropout = 0;
    options.max_length = max_length;
    auto translator =
        std::make_unique<Translator>(options, words(&TextPair::source), words(&TextPair::target));
    translator->parameters().initialize(1);
    return translator;
  }
  static TranslationTaskOptions small() {
    TranslationTaskOptions options;
    options.batches.batch_size = 8;
    options.smoothing = 0;
    return options;
  }
  std::string write(const std::string& text) const { return files_.write("other.tsv", text); }

  TemporaryFiles files_;
  std::string data_ = files_.write("digits.tsv", pairs_of_digits());
};

TEST_F(TranslationTaskTest, LearnsToCopyByAttention) {
  const auto translator = model();
  TranslationTask task(*translator, small(), {data_}, {data_}, {}, 1);
  EXPECT_EQ(task.epoch_targets(), 64u * 3);
  EXPECT_EQ(task.epoch_updates(), 8u);
  TrainerOptions options;
  options.epochs = 40;
  options.schedule.learning_rate = 0.02;
  Trainer trainer(options, task);
  const std::atomic<bool> never = false;
  trainer.run(never);
  EXPECT_EQ(trainer.best().criterion, "bleu");
  const nlohmann::json measures = task.final_measures();
  EXPECT_EQ(measures.at("sentences"), 64);
  EXPECT_GT(measures.at("chrf").get<double>(), 95);
  EXPECT_LT(measures.at("loss").get<double>(), 0.1);
  // Two tokens a sentence: there is no 4-gram, so that BLEU is 0 by its definition.
  EXPECT_EQ(measures.at("bleu"), 0);

  Report report;
  task.illustrate(report);
  const std::string page = to_html(report);
  EXPECT_THAT(page, HasSubstr("Attention"));
  EXPECT_THAT(page, HasSubstr("&lt;eos&gt;"));
}

TEST_F(TranslationTaskTest, LossIsTheMeanOverTargets) {
  const auto translator = model();
  const std::vector<TextPair> pairs = read_pairs({data_}, {});
  double nats = 0;
  for (const TextPair& pair : pairs) {
    const PairBatch batch = make_pair_batch({{translator->encode_source(pair.source),
                                              translator->target_tokenizer().encode(pair.target)}});
    for (const double each :
         translator->log_likelihoods(batch.source, batch.target_inputs, batch.targets))
      nats -= each;
  }
  EXPECT_NEAR(translation_loss(*translator, pairs), nats / (64 * 3), 1e-6);
}

TEST_F(TranslationTaskTest, WhatIsTooLongOrEmptyIsCountedAndLeftOut) {
  const auto translator = model(/*max_length=*/3);
  const auto file = write(
      "one two three\t1 2 3\none two three four\t1 2 3 4\none\t1 2 3 4\n\t1\n"
      "one\t  \ntwo\t2\n");
  const TranslationTask task(*translator, small(), {file}, {}, {}, 1);
  EXPECT_EQ(task.counts().pairs, 2u);
  EXPECT_EQ(task.counts().too_long, 2u);
  EXPECT_EQ(task.counts().empty, 2u);
  EXPECT_EQ(task.epoch_targets(), 4u + 2);
  EXPECT_EQ(task.self_test_inputs(), (std::vector<std::string>{"one two three", "two"}));
}

TEST_F(TranslationTaskTest, MistakesAreToldBeforeTheTraining) {
  const auto translator = model(/*max_length=*/2);
  const auto make = [&](const std::vector<std::string>& train,
                        const std::vector<std::string>& valid) {
    TranslationTask(*translator, small(), train, valid, {}, 1);
  };
  EXPECT_THAT(complaint([&] { make({write("")}, {}); }), HasSubstr("no pairs in it to learn from"));
  EXPECT_THAT(complaint([&] { make({write("a b c\td e f\n")}, {}); }), HasSubstr("--max-length"));
  EXPECT_THAT(complaint([&] { make({data_}, {write("\n")}); }), HasSubstr("to validate with"));
  EXPECT_THAT(complaint([&] { make({data_}, {write("no tab\n")}); }), HasSubstr("other.tsv:1"));
  TranslationTaskOptions options = small();
  options.bleu_every = 10;
  EXPECT_THAT(complaint([&] { TranslationTask(*translator, options, {data_}, {}, {}, 1); }),
              HasSubstr("--bleu-every"));
  EXPECT_THROW(evaluate_translator(*translator, {}, {}), UserError);
}

TEST_F(TranslationTaskTest, BleuIsMeasuredEverySoManyUpdates) {
  const auto translator = model();
  TranslationTaskOptions options = small();
  options.criterion = TranslationCriterion::loss;
  options.bleu_every = 3;
  options.validation_lines = 10;
  TranslationTask task(*translator, options, {data_}, {data_}, {}, 1);
  std::string measured;
  for (int update = 0; update < 7; ++update) {
    ASSERT_TRUE(task.next_batch());
    const Evaluation evaluation = task.validate();
    EXPECT_EQ(evaluation.criterion, "loss");
    EXPECT_FALSE(evaluation.higher_is_better);
    const bool has_bleu = evaluation.measures.contains("bleu");
    if (has_bleu) {
      EXPECT_EQ(evaluation.measures.at("sentences"), 10);
    }
    measured += has_bleu ? "b" : "-";
  }
  EXPECT_EQ(measured, "b--b--b");
}

TEST_F(TranslationTaskTest, StateGoesOnWithTheSameBatches) {
  const auto translator = model();
  TranslationTask whole(*translator, small(), {data_}, {}, {}, 1);
  for (int i = 0; i < 3; ++i) whole.next_batch();
  TranslationTask resumed(*translator, small(), {data_}, {}, {}, 2);
  resumed.restore(nlohmann::json::parse(whole.state().dump()));
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(whole.next_batch(), resumed.next_batch());
    Tape tape;
    const double expected = static_cast<double>(whole.loss(tape).value()(0, 0));
    EXPECT_EQ(static_cast<double>(resumed.loss(tape).value()(0, 0)), expected);
    EXPECT_EQ(whole.state(), resumed.state());
  }
}

}  // namespace
}  // namespace weft
