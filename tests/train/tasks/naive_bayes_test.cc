#include "train/tasks/naive_bayes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "tests/corpora/temporary_files.h"

namespace weft {
namespace {

class NaiveBayes : public testing::Test {
 protected:
  std::unique_ptr<Classifier> model_of(const std::string& text, bool several) {
    path_ = files_.write("train.tsv", text);
    TokenizerOptions words;
    words.min_count = 1;
    auto tokenizer = Tokenizer::train(words, [](const std::function<void(std::string_view)>& show) {
      show("good bad film other");
    });
    ClassifierOptions options;
    options.arch = ClassifierArch::logistic;
    const std::vector<std::string> labels{"neg", "pos"};
    auto model = std::make_unique<Classifier>(options, tokenizer, 0, labels, several);
    model->parameters().initialize(1);
    return model;
  }
  double weight(Classifier& model, const std::string& word, Index label) {
    const int id = model.tokenizer()->encode(word).at(0);
    return model.parameters().find("output.table")->value(label, static_cast<Index>(id));
  }
  static double bias(Classifier& model, Index label) {
    return model.parameters().find("output.bias")->value[label];
  }

  TemporaryFiles files_;
  std::string path_;
};

// neg: good 1, bad 2, film 1, so with one more each 2 3 2 of 7; pos: good 1, film 1, so 2 1 2 of 5.
TEST_F(NaiveBayes, WeightsAreTheLogCountRatios) {
  const auto model = model_of("neg\tbad bad film\nneg\tbad good\npos\tgood film\n", false);
  begin_at_naive_bayes(*model, path_, {}, 0.5);
  EXPECT_NEAR(weight(*model, "good", 0), 0.25 * std::log((2. / 7) / (2. / 5)), 1e-6);
  EXPECT_NEAR(weight(*model, "bad", 0), 0.25 * std::log((3. / 7) / (1. / 5)), 1e-6);
  EXPECT_NEAR(weight(*model, "bad", 1), -weight(*model, "bad", 0), 1e-6);
  EXPECT_EQ(weight(*model, "other", 0), 0);
  EXPECT_NEAR(bias(*model, 0), std::log(2. / 3), 1e-6);
  EXPECT_NEAR(bias(*model, 1), std::log(1. / 3), 1e-6);
}

// A label against its absence: pos has good 2, film 1 (3 2 of 5), the rest film 1 (1 2 of 3).
TEST_F(NaiveBayes, SeveralLabelsAreEachAYesOrNo) {
  const auto model = model_of("neg,pos\tgood\npos\tgood film\nneg\tfilm\n", true);
  LabelledReaderOptions reader;
  reader.label_separator = ",";
  begin_at_naive_bayes(*model, path_, reader, 1);
  EXPECT_NEAR(weight(*model, "good", 1), std::log((3. / 5) / (1. / 3)), 1e-6);
  EXPECT_NEAR(weight(*model, "film", 1), std::log((2. / 5) / (2. / 3)), 1e-6);
  EXPECT_NEAR(bias(*model, 1), std::log(3. / 2), 1e-6);
}

// Other models have the numbers in the first coordinates of their vectors, and leave the rest
// alone.
TEST_F(NaiveBayes, BeginsWordVectors) {
  model_of("neg\tbad bad film\nneg\tbad good\npos\tgood film\n", false);
  ClassifierOptions options;
  options.arch = ClassifierArch::gru;
  options.embedding = 5;
  auto tokenizer = Tokenizer::train(TokenizerOptions{}, [](const auto& show) { show("good bad"); });
  Classifier gru(options, tokenizer, 0, {"neg", "pos"}, false);
  gru.parameters().initialize(1);
  const Matrix& table = gru.parameters().find("embedding.table")->value;
  const Matrix before = table;
  begin_at_naive_bayes(gru, path_, {}, 0.5);
  const auto bad = static_cast<Index>(tokenizer->encode("bad").at(0));
  EXPECT_GT(table(0, bad), 0);
  EXPECT_EQ(table(0, bad), -table(1, bad));
  EXPECT_EQ(table(2, bad), before(2, bad));
}

}  // namespace
}  // namespace weft
