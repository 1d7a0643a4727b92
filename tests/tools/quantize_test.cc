// weft quantize: a smaller file with nearly the same answers.
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;

class QuantizeTest : public ToolTest {
 protected:
  Json measures(const std::string& task, const std::string& name) {
    return Json::parse(weft(folder, {"test", name, "--data", data_of(task), "--json"}).out);
  }
};

TEST_F(QuantizeTest, AnswersNearlyTheSameFromAQuarterOfTheSize) {
  for (const std::string task : {"lm", "classifier", "translator"}) {
    Words words = train_words(task);
    *(std::find(words.begin(), words.end(), "--hidden") + 1) = "128";
    if (task != "lm") *(std::find(words.begin(), words.end(), "--embedding") + 1) = "64";
    const std::string q = task + "-8.weft";
    ASSERT_EQ(weft(folder, words + Words{"--train", data_of(task), "--model", task + ".weft"}).exit,
              0);
    const Result quantized = weft(folder, {"quantize", task + ".weft", "--model", q});
    ASSERT_EQ(quantized.exit, 0) << quantized.err;
    EXPECT_LT(folder.read(q).size(),
              0.35 * static_cast<double>(folder.read(task + ".weft").size()));
    const double whole = measures(task, task + ".weft").at("loss").get<double>();
    EXPECT_NEAR(measures(task, q).at("loss").get<double>(), whole, 0.01 * whole);
    EXPECT_EQ(weft(folder, {"info", q, "--verify"}).exit, 0);
    expect_user_error(weft(folder, {"quantize", q, "--model", "again.weft"}), "eight bits already");
    expect_user_error(weft(folder, {"train", task, "--resume", q}), "finished model");
  }
  expect_user_error(weft(folder, {"train", "lm", "--from", "lm-8.weft", "--train", "mails.txt",
                                  "--model", "x.weft"}),
                    "weights are of eight bits");
  expect_user_error(weft(folder, {"quantize", "mails.txt", "--model", "x.weft"}), "mails.txt");
  EXPECT_FALSE(folder.has("x.weft"));
}

}  // namespace
}  // namespace weft::testing
