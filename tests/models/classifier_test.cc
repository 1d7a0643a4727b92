// What every classifier owes, whatever its architecture.
#include "models/nets/classifier.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tests/models/small_models.h"

namespace weft {
namespace {

using testing::HasSubstr;

// All architectures on text, with their variations.
std::vector<ClassifierOptions> text_options() {
  std::vector<ClassifierOptions> all;
  for (const ClassifierArch arch : kArchs) {
    all.push_back(small_options(arch));
    if (arch < ClassifierArch::rnn) {
      all.push_back(small_options(arch));
      all.back().ngrams = 2;
      continue;
    }
    for (const Pooling pooling : {Pooling::last, Pooling::mean, Pooling::max, Pooling::attention}) {
      all.push_back(small_options(arch));
      all.back().bidirectional = true;
      all.back().pooling = pooling;
    }
  }
  return all;
}

std::string describe(const Classifier& model) { return model.architecture().dump(); }

void expect_near(const Matrix& actual, const Matrix& expected, const std::string& where) {
  ASSERT_EQ(actual.n_elem, expected.n_elem) << where;
  for (Index i = 0; i < actual.n_elem; ++i) ASSERT_NEAR(actual[i], expected[i], 2e-6) << where;
}

TEST(Classifier, AnswersATextAloneAsInABatch) {
  const std::vector<std::string> lines = {"i love this car", "", "a bad film , not a good one", "i",
                                          "unheard words only"};
  for (const ClassifierOptions& options : text_options()) {
    const auto model = text_classifier(options);
    const Matrix together = model->probabilities(texts(*model, lines));
    ASSERT_EQ(together.n_cols, lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
      expect_near(model->probabilities(texts(*model, {lines[i]})), together.col(i),
                  describe(*model));
  }
}

TEST(Classifier, NeverReadsPadding) {
  for (const ClassifierOptions& options : text_options()) {
    const auto model = text_classifier(options);
    const ClassifierInput clean = texts(*model, {"i love this film at all", "i do", ""});
    ClassifierInput garbage = clean;
    for (int t = 0; t < clean.tokens.steps; ++t)
      for (int b = 0; b < 3; ++b)
        if (t >= clean.tokens.lengths[static_cast<std::size_t>(b)])
          garbage.tokens.ids[static_cast<std::size_t>(t * 3 + b)] = 9;
    EXPECT_TRUE(equal_to_the_bit(model->probabilities(clean), model->probabilities(garbage)))
        << describe(*model);
  }
}

TEST(Classifier, AnswersEmptyTextsAndEmptyBatches) {
  for (const ClassifierOptions& options : text_options()) {
    const auto model = text_classifier(options);
    ClassifierInput nothing_to_read;
    nothing_to_read.tokens.examples = 2;
    nothing_to_read.tokens.lengths = {0, 0};
    const Matrix answer = model->probabilities(nothing_to_read);
    ASSERT_EQ(answer.n_cols, 2u) << describe(*model);
    EXPECT_NEAR(arma::accu(answer.col(0)), 1, 1e-5);
    expect_near(answer.head_cols(1), model->probabilities(texts(*model, {""})), describe(*model));
    EXPECT_EQ(model->probabilities(ClassifierInput{}).n_cols, 0u);
    EXPECT_EQ(model->probabilities(ClassifierInput{}).n_rows, 3u);
  }
}

TEST(Classifier, GivesSeveralLabelsAProbabilityEach) {
  const auto model = text_classifier(small_options(ClassifierArch::lstm), true);
  const ClassifierInput input = texts(*model, {"i love this car"});
  const Matrix answer = model->probabilities(input);
  Tape tape;
  const Matrix scores = model->logits(tape, input).value();
  for (Index i = 0; i < 3; ++i)
    EXPECT_NEAR(answer[i], 1 / (1 + std::exp(-static_cast<double>(scores[i]))), 1e-5);
}

TEST(Classifier, CountsTheParametersOfALargeMlp) {
  ClassifierOptions options;
  options.arch = ClassifierArch::mlp;
  options.layers = 3;
  options.hidden = 1000;
  std::vector<std::string> digits;
  for (int digit = 0; digit < 10; ++digit) digits.push_back(std::to_string(digit));
  const Classifier model(options, nullptr, 10000, digits, false);
  EXPECT_EQ(model.parameters().count(), 12'013'010u);
  for (const Parameter& parameter : model.parameters()) EXPECT_TRUE(parameter.value.is_empty());
}

TEST(Classifier, CountsTheParametersOfTheOthers) {
  const std::uint64_t V = static_cast<std::uint64_t>(small_tokenizer()->vocabulary().size());
  ClassifierOptions options = small_options(ClassifierArch::logistic);
  EXPECT_EQ(text_classifier(options)->parameters().count(), 3 * V + 3);
  options.ngrams = 2;
  EXPECT_EQ(text_classifier(options)->parameters().count(), 3 * (V + 7) + 3);
  options = small_options(ClassifierArch::bow);
  EXPECT_EQ(text_classifier(options)->parameters().count(), 3 * V + (3 * 3 + 3));
  options = small_options(ClassifierArch::lstm);
  options.layers = 1;
  options.bidirectional = true;
  options.pooling = Pooling::attention;
  EXPECT_EQ(text_classifier(options)->parameters().count(),
            3 * V + 2 * (20 * 3 + 20 * 5 + 20) + (10 + 1) + (3 * 10 + 3));
}

// The backward direction's last step is the first word.
TEST(Classifier, ReadsTheEndOfBothDirections) {
  ClassifierOptions options = small_options(ClassifierArch::gru);
  options.layers = 1;
  options.bidirectional = true;
  const auto model = text_classifier(options);
  const ClassifierInput input = texts(*model, {"i do not", "i love this film at all"});
  Tape tape;
  const Matrix hidden = model->hidden(tape, input).value();  // 10 × (T·2)
  const Parameter& weight = *model->parameters().find("output.weight");
  const Parameter& bias = *model->parameters().find("output.bias");
  const Matrix last = arma::join_cols(hidden.submat(0, 2 * 2, 4, 2 * 2), hidden.submat(5, 0, 9, 0));
  const Matrix expected = weight.value * last + bias.value;
  expect_near(model->logits(tape, input).value().head_cols(1), expected, "last");
}

TEST(Classifier, ReadsRowsAsSeriesOrAsFeatures) {
  for (const ClassifierArch arch : kArchs) {
    if (arch == ClassifierArch::bow) continue;
    const auto model = row_classifier(small_options(arch));
    ClassifierInput input;
    input.values = {{1, 4}, {2, 3}, {3, 2}, {4, 1}};
    const Matrix answer = model->probabilities(input);
    EXPECT_NE(answer(0, 0), answer(0, 1));  // the order of the numbers matters
    const std::vector<double> alone = model->fingerprint("4, 3;2\t1\n");
    EXPECT_NEAR(alone[0], answer(0, 1), 1e-6);
    Tape tape;
    EXPECT_EQ(static_cast<bool>(model->hidden(tape, input)), model->recurrent());
    if (model->recurrent()) {
      EXPECT_EQ(model->hidden(tape, input).cols(), 8u);
    }
  }
  const auto model = row_classifier(small_options(ClassifierArch::mlp));
  EXPECT_THROW(model->fingerprint("1,2,3"), UserError);
  EXPECT_THROW(model->fingerprint("1,2,3,4,5"), UserError);
  EXPECT_THROW(model->fingerprint("1,2,x,4"), UserError);
}

TEST(Classifier, CutsLongTexts) {
  ClassifierOptions options = small_options(ClassifierArch::rnn);
  options.max_length = 2;
  const auto model = text_classifier(options);
  EXPECT_EQ(model->encode("i love this car").size(), 2u);
  EXPECT_EQ(model->encode("i").size(), 1u);
  EXPECT_EQ(model->fingerprint("i love this car"), model->fingerprint("i love"));
}

TEST(Classifier, WeighsPresenceNotFrequency) {
  const auto model = text_classifier(small_options(ClassifierArch::logistic));
  EXPECT_EQ(model->fingerprint("a car a car car"), model->fingerprint("car a"));
  const auto mean = text_classifier(small_options(ClassifierArch::bow));
  EXPECT_NE(mean->fingerprint("a car a car car"), mean->fingerprint("car a"));
}

void descend(Classifier& model, const Gradients& gradients, real rate) {
  for (Parameter& parameter : model.parameters()) {
    const Gradient& gradient = gradients[parameter.index];
    if (gradient.dense) parameter.value -= rate * gradient.value;
    for (const std::uint32_t column :
         gradient.dense ? std::vector<std::uint32_t>{} : gradient.columns)
      parameter.value.col(column) -= rate * gradient.value.col(column);
  }
}

double trained_loss(Classifier& model, const ClassifierInput& input,
                    const std::vector<std::vector<int>>& targets) {
  Gradients gradients(model.parameters());
  RandomStream noise(1, "dropout");
  Tape tape(gradients, noise);
  double loss = 0;
  for (int step = 0; step < 150; ++step) {
    tape.reset();
    const Var value = model.loss(tape, input, targets);
    loss = static_cast<double>(value.value()(0, 0));
    tape.backward(value);
    descend(model, gradients, static_cast<real>(0.3));
  }
  return loss;
}

TEST(Classifier, LearnsFewTextsByHeart) {
  for (const ClassifierOptions& options : text_options())
    for (const bool multi_label : {false, true}) {
      if (multi_label && options.arch == ClassifierArch::perceptron) continue;
      const auto model = text_classifier(options, multi_label);
      model->parameters().initialize(3);
      const ClassifierInput input =
          texts(*model, {"i love this car", "a bad film", "not a good film at all"});
      EXPECT_LT(trained_loss(*model, input, {{1}, {0}, {2}}), 0.4) << describe(*model);
    }
}

TEST(Classifier, LearnsFewRowsByHeart) {
  for (const ClassifierArch arch : kArchs) {
    if (arch == ClassifierArch::bow) continue;
    ClassifierOptions options = small_options(arch);
    options.activation = Activation::tanh;  // five rectified units may all be silent
    const auto model = row_classifier(options);
    model->parameters().initialize(3);
    ClassifierInput input;
    input.values = {{1, 4}, {2, 3}, {3, 2}, {4, 1}};
    EXPECT_LT(trained_loss(*model, input, {{0}, {1}}), 0.2) << describe(*model);
  }
}

TEST(Classifier, IgnoresExamplesWithoutALabel) {
  const auto model = text_classifier(small_options(ClassifierArch::bow));
  Tape tape;
  const auto loss = [&](const std::vector<std::string>& lines,
                        const std::vector<std::vector<int>>& targets) {
    return model->loss(tape, texts(*model, lines), targets).value()(0, 0);
  };
  EXPECT_NEAR(loss({"i love", "a bad"}, {{1}, {}}), loss({"i love"}, {{1}}), 1e-6);
}

TEST(Classifier, RefusesContradictions) {
  const auto error = [](ClassifierOptions options, std::vector<std::string> labels = {"a", "b"},
                        bool text = true, bool multi_label = false) -> std::string {
    try {
      Classifier(options, text ? small_tokenizer() : nullptr, text ? 0 : 4, labels, multi_label);
    } catch (const UserError& e) {
      return e.what();
    }
    return "none";
  };
  ClassifierOptions options = small_options(ClassifierArch::bow);
  EXPECT_EQ(error(options), "none");
  EXPECT_THAT(error(options, {"a", "b"}, false), HasSubstr("--arch bow needs texts"));
  EXPECT_THAT(error(options, {"a"}), HasSubstr("every example has the label 'a'"));
  EXPECT_EQ(error(options, {"a"}, true, true), "none");
  EXPECT_THAT(error(options, {}), HasSubstr("no label"));
  EXPECT_THAT(error(options, {"a", "b", "a"}), HasSubstr("'a' is listed twice"));
  options.pooling = Pooling::max;
  EXPECT_THAT(error(options), HasSubstr("--pooling"));
  options = small_options(ClassifierArch::mlp);
  options.bidirectional = true;
  EXPECT_THAT(error(options), HasSubstr("--bidirectional"));
  options = small_options(ClassifierArch::lstm);
  options.ngrams = 2;
  EXPECT_THAT(error(options), HasSubstr("--ngrams"));
  options = small_options(ClassifierArch::logistic);
  options.ngrams = 2;
  EXPECT_THAT(error(options, {"a", "b"}, false), HasSubstr("--ngrams"));
  EXPECT_THAT(error(small_options(ClassifierArch::perceptron), {"a", "b"}, true, true),
              HasSubstr("choose logistic"));
}

}  // namespace
}  // namespace weft
