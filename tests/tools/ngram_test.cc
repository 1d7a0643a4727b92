// N-gram models and mixtures, as a user meets them.
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;

class NgramTool : public ToolTest {
 protected:
  Result fit(const Words& more = {}) {
    return weft(folder, Words{"train", "lm", "--arch", "ngram", "--order", "3", "--train",
                              "mails.txt", "--valid", "mails.txt", "--model", "n.weft", "--json"} +
                            more);
  }
  double perplexity(const Words& more) {
    const Result result =
        weft(folder, Words{"test", "n.weft", "--data", "mails.txt", "--json"} + more);
    EXPECT_EQ(result.exit, 0) << result.err;
    return Json::parse(lines_of(result.out).back()).at("perplexity").get<double>();
  }
};

TEST_F(NgramTool, IsFittedKeptAndMeasured) {
  const Result fitted = fit();
  ASSERT_EQ(fitted.exit, 0) << fitted.err;
  const Json summary = Json::parse(lines_of(fitted.out).back());
  EXPECT_EQ(summary.at("valid").at("perplexity"), perplexity({}));
  EXPECT_EQ(weft(folder, {"info", "n.weft", "--verify"}).exit, 0);
  const std::string bytes = folder.read("n.weft");
  ASSERT_EQ(fit({"--threads", "2"}).exit, 0);
  EXPECT_EQ(folder.read("n.weft"), bytes);
}

TEST_F(NgramTool, Completes) {
  ASSERT_EQ(fit().exit, 0);
  WeftProcess::Options question;
  question.input = "thank you for the le\nbest wis\n\n";
  const Result completed = weft(folder, {"complete", "n.weft", "--count", "2"}, question);
  ASSERT_EQ(completed.exit, 0) << completed.err;
  const Words lines = lines_of(completed.out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines[0].starts_with("tter")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("hes from")) << lines[1];
}

TEST_F(NgramTool, MixesWithANetwork) {
  ASSERT_EQ(fit().exit, 0);
  const std::string network = model("lm");  // of words, too
  const double alone = perplexity({}),
               mixed = perplexity({"--mix", network, "--mix-text", "mails.txt"});
  EXPECT_LE(mixed, alone + 1e-6);
  expect_user_error(weft(folder, {"test", "n.weft", "--data", "mails.txt", "--mix", network}),
                    "--mix-text");
  expect_user_error(weft(folder, {"test", network, "--data", "mails.txt", "--mix", "n.weft",
                                  "--mix-text", "mails.txt", "--cache-size", "9"}),
                    "a mixture is measured without");
  expect_user_error(weft(folder, {"test", "n.weft", "--data", "mails.txt", "--mix",
                                  model("classifier"), "--mix-text", "mails.txt"}),
                    "split text the same way");
}

TEST_F(NgramTool, MistakesInOneSentence) {
  ASSERT_EQ(fit().exit, 0);
  expect_user_error(fit({"--hidden", "5"}), "leave out --hidden");
  expect_user_error(fit({"--epochs", "5"}), "leave out --epochs");
  expect_user_error(weft(folder, {"test", "n.weft", "--data", "mails.txt", "--cache-size", "5"}),
                    "no hidden state");
  expect_user_error(weft(folder, {"classify", "n.weft"}), "this is an n-gram model");
  expect_user_error(weft(folder, {"quantize", "n.weft", "--model", "q.weft"}),
                    "no weight matrix large enough");
  expect_user_error(
      weft(folder, {"test", model("classifier"), "--data", "opinions.tsv", "--cache-size", "5"}),
      "only language models");
  expect_user_error(
      weft(folder, {"test", model("translator"), "--data", "pairs.tsv", "--dynamic-rate", "1"}),
      "only language models");
  expect_user_error(weft(folder, {"test", model("lm"), "--data", "mails.txt", "--cache-size", "5",
                                  "--dynamic-rate", "0.1"}),
                    "one at a time");
}

}  // namespace
}  // namespace weft::testing
