// What only `weft train lm` does: recipes, going on from a model, batches of random length.
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

class LanguageModelTraining : public ToolTest {
 protected:
  Result train_lm(const std::string& model, const Words& more) {
    return weft(folder, Words{"train", "lm", "--train", "mails.txt", "--valid", "mails.txt",
                              "--model", model, "--json"} +
                            more);
  }
  static double perplexity(const Result& result) {
    return Json::parse(lines_of(result.out).back()).at("valid").at("perplexity").get<double>();
  }
  /// AWD-LSTM, made small.
  const Words awd = {"--recipe",     "awd", "--hidden", "12", "--embedding",     "8",
                     "--batch-size", "2",   "--bptt",   "8",  "--learning-rate", "2",
                     "--init-scale", "0.3"};
};

TEST_F(LanguageModelTraining, ARecipeGivesWhatIsNotGiven) {
  const Result trained = train_lm("m.weft", awd + Words{"--epochs", "2"});
  ASSERT_EQ(trained.exit, 0) << trained.err;
  const Result info = weft(folder, {"info", "m.weft", "--json"});
  const Json options = Json::parse(info.out).at("training").at("options");
  EXPECT_EQ(options.at("hidden"), 12);
  EXPECT_EQ(options.at("layers"), 3);
  EXPECT_EQ(options.at("weight-drop"), 0.5);
  EXPECT_EQ(options.at("recipe"), "awd");
  expect_user_error(train_lm("m.weft", {"--recipe", "awdd"}), "there are awd, zaremba-large");
  expect_user_error(train_lm("m.weft", {"--recipe", "awd", "--arch", "ngram"}),
                    "leave out --recipe awd");
}

// The mean of the weights begins within these epochs; every stream goes on where it was.
TEST_F(LanguageModelTraining, GoesOnToTheSameBytes) {
  const Words options = awd + Words{"--epochs", "12", "--nt-asgd", "1"};
  ASSERT_EQ(train_lm("whole.weft", options).exit, 0);
  for (const char* updates : {"9", "33"}) {
    ASSERT_EQ(train_lm("part.weft",
                       options + Words{"--checkpoint", "part.checkpoint", "--max-updates", updates})
                  .exit,
              0);
    const Result resumed = weft(folder, {"train", "lm", "--resume", "part.checkpoint", "--model",
                                         "resumed.weft", "--max-updates", "0"});
    ASSERT_EQ(resumed.exit, 0) << resumed.err;
    EXPECT_EQ(folder.read("whole.weft"), folder.read("resumed.weft")) << updates;
  }
}

TEST_F(LanguageModelTraining, BeginsWithTheWeightsOfAModel) {
  const Result first = train_lm("first.weft", {"--layers", "1", "--hidden", "10", "--epochs", "4",
                                               "--learning-rate", "0.02"});
  ASSERT_EQ(first.exit, 0) << first.err;
  const Result second = train_lm(
      "second.weft", {"--from", "first.weft", "--epochs", "1", "--learning-rate", "0.0001"});
  ASSERT_EQ(second.exit, 0) << second.err;
  EXPECT_NEAR(perplexity(second), perplexity(first), 0.05 * perplexity(first));
  expect_user_error(train_lm("third.weft", {"--from", "first.weft", "--hidden", "11"}),
                    "no weights 'recurrent.0.input' of the size that is wanted");
  expect_user_error(train_lm("third.weft", {"--from", model("classifier")}),
                    "this is a classifier");
  expect_user_error(train_lm("third.weft", {"--from", "first.weft", "--tokenizer", "chars"}),
                    "leave out --tokenizer");
}

TEST_F(LanguageModelTraining, SaysThatItDiverged) {
  const Result diverged =
      train_lm("m.weft", {"--layers", "1", "--hidden", "10", "--epochs", "1", "--optimizer", "sgd",
                          "--learning-rate", "1e6", "--clip", "0"});
  EXPECT_EQ(diverged.exit, 0);
  EXPECT_THAT(diverged.err, HasSubstr("a lower --learning-rate may help"));
}

// Most of a training on samples of the vocabulary, the end of it on the whole.
TEST_F(LanguageModelTraining, BeginsWithAnotherOutputOfTheSameTable) {
  const Result sampled =
      train_lm("sampled.weft", {"--layers", "1", "--hidden", "10", "--epochs", "4",
                                "--learning-rate", "0.02", "--tie", "--output", "sampled"});
  ASSERT_EQ(sampled.exit, 0) << sampled.err;
  const Result full = train_lm("full.weft", {"--from", "sampled.weft", "--output", "full",
                                             "--epochs", "1", "--learning-rate", "0.0001"});
  ASSERT_EQ(full.exit, 0) << full.err;
  EXPECT_NEAR(perplexity(full), perplexity(sampled), 0.05 * perplexity(sampled));
}

}  // namespace
}  // namespace weft::testing
