// Autoencoders as a user meets them.
#include <cmath>
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using namespace std::string_literals;
using Json = nlohmann::json;
using ::testing::HasSubstr;

/// Rows of six numbers that two decide.
std::string rows(int examples) {
  std::string text;
  for (int n = 0; n < examples; ++n) {
    const double a = std::sin(n * 1.3), b = std::cos(n * 0.7);
    for (int i = 0; i < 6; ++i)
      text += (i ? "," : "") + std::to_string(0.5 + 0.2 * (a * (i % 2) + b * (i % 3)));
    text += "\n";
  }
  return text;
}

/// Pictures of 3 × 4 pixels, a bright row in one of three places.
std::string images(int items) {
  std::string bytes = "\0\0\x08\3"s + "\0\0\0"s + static_cast<char>(items) + "\0\0\0\3\0\0\0\4"s;
  for (int n = 0; n < items; ++n)
    for (int p = 0; p < 12; ++p) bytes += static_cast<char>(p / 4 == n % 3 ? 200 + n % 50 : 10);
  return bytes;
}

std::string labels(int items) {
  std::string text;
  for (int n = 0; n < items; ++n) text += "row " + std::to_string(n % 3) + "\n";
  return text;
}

class AutoencoderTool : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    folder.write("rows.csv", rows(60));
    folder.write("images.idx", images(60));
    folder.write("labels.txt", labels(60));
  }
  Result train(const std::string& data, const Words& more) {
    return weft(folder, Words{"train", "autoencoder", "--train", data, "--model", "m.weft",
                              "--code", "2", "--epochs", "3", "--batch-size", "16"} +
                            more);
  }
  Json measures(const Words& more) {
    const Result result = weft(folder, Words{"test", "m.weft", "--json"} + more);
    EXPECT_EQ(result.exit, 0) << result.err;
    return Json::parse(lines_of(result.out).back());
  }
  Result encode(const std::string& input, const Words& more = {}) {
    WeftProcess::Options options;
    options.input = input;
    return weft(folder, Words{"encode", "m.weft"} + more, options);
  }
};

TEST_F(AutoencoderTool, RowsOfNumbers) {
  const Result trained = train("rows.csv", {"--layers", "8,4", "--hold-out", "10", "--json"});
  ASSERT_EQ(trained.exit, 0) << trained.err;
  const Json summary = Json::parse(lines_of(trained.out).back());
  EXPECT_EQ(summary.at("updates"), 12);
  EXPECT_EQ(summary.at("valid").at("examples"), 10);
  const Json tested = measures({"--data", "rows.csv"});
  EXPECT_EQ(tested.at("examples"), 60);
  EXPECT_NEAR(tested.at("squared_error").get<double>(), 6 * tested.at("mse").get<double>(), 1e-9);
  EXPECT_TRUE(measures({"--data", "rows.csv", "--noise", "mask:0.5"}).contains("noisy_mse"));
  EXPECT_EQ(weft(folder, {"info", "m.weft", "--verify"}).exit, 0);
  const Result codes = encode("0.1,0.2,0.3,0.4,0.5,0.6\n\n1,2,3\n0,0,nan,0,0,0\n0,0,0,0,0,0\n");
  EXPECT_EQ(codes.exit, 0);
  const Words lines = lines_of(codes.out);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_THAT(lines[0], HasSubstr("\t"));
  EXPECT_EQ(lines[1], "");
  EXPECT_EQ(lines[2], "");
  EXPECT_EQ(lines[3], "");
  EXPECT_THAT(codes.err, HasSubstr("standard input:3: the model reads rows of 6 numbers"));
}

TEST_F(AutoencoderTool, ImagesWithPictures) {
  const Result trained =
      train("images.idx", {"--labels", "labels.txt", "--layers", "6", "--noise", "gaussian:0.2",
                           "--sparsity", "l1:0.01", "--tied", "--report", "r.html"});
  ASSERT_EQ(trained.exit, 0) << trained.err;
  const std::string page = folder.read("r.html");
  EXPECT_THAT(page, HasSubstr("noisy inputs"));
  EXPECT_THAT(page, HasSubstr("data:image/png;base64,"));
  EXPECT_THAT(page, HasSubstr("excites each unit"));
  EXPECT_THAT(page, HasSubstr("Two principal components"));
  const Json retrieved =
      measures({"--data", "images.idx", "--labels", "labels.txt", "--retrieval"});
  EXPECT_EQ(retrieved.at("precision_at").at(0).at(0), 1);
  EXPECT_EQ(lines_of(encode("", {"--input", "images.idx"}).out).size(), 60u);
}

TEST_F(AutoencoderTool, ConvolutionsOfImages) {
  const Result trained = train("images.idx", {"--convolutions", "4,6", "--layers", "8", "--report",
                                              "r.html", "--activation", "relu"});
  ASSERT_EQ(trained.exit, 0) << trained.err;
  EXPECT_THAT(folder.read("r.html"), HasSubstr("excites each channel"));
  EXPECT_EQ(weft(folder, {"info", "m.weft", "--verify"}).exit, 0);
  EXPECT_EQ(measures({"--data", "images.idx"}).at("examples"), 60);
  expect_user_error(train("rows.csv", {"--convolutions", "4"}), "--convolutions needs images");
}

TEST_F(AutoencoderTool, TextsAsBags) {
  for (const std::string weights : {"binary", "log", "tf-idf"}) {
    const Result trained =
        train("opinions.tsv", {"--layers", "8", "--bag", weights, "--vocab-size", "20", "--valid",
                               "opinions.tsv", "--report", "r.html"});
    ASSERT_EQ(trained.exit, 0) << trained.err;
    EXPECT_THAT(folder.read("r.html"), HasSubstr("latent semantic analysis"));
    EXPECT_EQ(weft(folder, {"info", "m.weft", "--verify"}).exit, 0);
    EXPECT_EQ(measures({"--data", "opinions.tsv"}).at("examples"), 40);
    EXPECT_EQ(lines_of(encode("a good film\n\n").out).size(), 2u);
  }
}

TEST_F(AutoencoderTool, Projections) {
  for (const std::string method : {"pca", "lsa"})
    for (const std::string data : {"rows.csv", "images.idx", "opinions.tsv"}) {
      const Result trained = train(data, {"--method", method, "--json"});
      ASSERT_EQ(trained.exit, 0) << trained.err;
      EXPECT_EQ(weft(folder, {"info", "m.weft", "--verify"}).exit, 0);
      EXPECT_LT(measures({"--data", data}).at("mse").get<double>(), 0.5);
    }
  expect_user_error(train("rows.csv", {"--method", "pca", "--layers", "4"}),
                    "--layers needs --method network");
}

TEST_F(AutoencoderTool, GoesOnAfterABreakToTheSameBytes) {
  const Words options = {"--layers",  "5",   "--noise",    "mask:0.2",
                         "--dropout", "0.1", "--hold-out", "12"};
  ASSERT_EQ(train("rows.csv", options).exit, 0);
  const std::string whole = folder.read("m.weft");
  ASSERT_EQ(train("rows.csv", options + Words{"--max-updates", "4", "--checkpoint", "c"}).exit, 0);
  const Result resumed = weft(folder, {"train", "autoencoder", "--resume", "c", "--model", "m.weft",
                                       "--max-updates", "0", "--checkpoint", "c"});
  ASSERT_EQ(resumed.exit, 0) << resumed.err;
  EXPECT_EQ(whole, folder.read("m.weft"));
}

TEST_F(AutoencoderTool, EightBits) {
  ASSERT_EQ(train("rows.csv", {"--layers", "64,32"}).exit, 0);
  ASSERT_EQ(weft(folder, {"quantize", "m.weft", "--model", "small.weft"}).exit, 0);
  EXPECT_EQ(weft(folder, {"info", "small.weft", "--verify"}).exit, 0);
  EXPECT_EQ(weft(folder, {"test", "small.weft", "--data", "rows.csv"}).exit, 0);
}

TEST_F(AutoencoderTool, ClassifierOfImages) {
  const Result trained = weft(
      folder,
      {"train",      "classifier", "--train",         "images.idx", "--labels",     "labels.txt",
       "--hold-out", "15",         "--arch",          "mlp",        "--hidden",     "12",
       "--layers",   "2",          "--dropout",       "0",          "--batch-size", "5",
       "--epochs",   "20",         "--learning-rate", "0.01",       "--model",      "c.weft",
       "--json"});
  ASSERT_EQ(trained.exit, 0) << trained.err;
  const Json valid = Json::parse(lines_of(trained.out).back()).at("valid");
  EXPECT_EQ(valid.at("examples"), 15);
  EXPECT_EQ(valid.at("accuracy"), 1);
  const Result tested =
      weft(folder, {"test", "c.weft", "--data", "images.idx", "--labels", "labels.txt", "--json"});
  EXPECT_EQ(tested.exit, 0) << tested.err;
  const Words answers =
      lines_of(weft(folder, {"classify", "c.weft", "--input", "images.idx", "--top", "1"}).out);
  ASSERT_EQ(answers.size(), 60u);
  const Words labels = lines_of(folder.read("labels.txt"));
  for (std::size_t i = 0; i < answers.size(); ++i)
    EXPECT_TRUE(answers[i].starts_with(labels[i] + "\t")) << i << ": " << answers[i];
  expect_user_error(weft(folder, {"classify", model("classifier"), "--input", "images.idx"}),
                    "its items have 12 numbers each; the model reads text");
  expect_user_error(weft(folder, {"train", "classifier", "--train", "images.idx", "--model",
                                  "c.weft", "--arch", "mlp"}),
                    "name the file with the labels by --labels");
}

TEST_F(AutoencoderTool, MistakesInOneSentence) {
  folder.write("empty", "");
  folder.write("cut.idx", images(60).substr(0, 100));
  folder.write("narrow.csv", "1,2\n3,4\n");
  expect_user_error(train("nowhere.csv", {}), "nowhere.csv");
  expect_user_error(train("empty", {}), "empty");
  expect_user_error(train("cut.idx", {}), "the IDX header promises 720 bytes");
  expect_user_error(train("rows.csv", {"--noise", "snow:1"}), "--noise must be");
  expect_user_error(train("rows.csv", {"--sparsity", "l1"}), "--sparsity must be");
  expect_user_error(train("rows.csv", {"--hold-out", "60"}), "leaves nothing of the 60 examples");
  expect_user_error(train("rows.csv", {"--hold-out", "6", "--valid", "rows.csv"}), "leave one out");
  expect_user_error(train("rows.csv", {"--valid", "narrow.csv"}), "the model reads 6");
  ASSERT_EQ(train("rows.csv", {}).exit, 0);
  const auto test = [&](const Words& more) { return weft(folder, Words{"test", "m.weft"} + more); };
  expect_user_error(test({"--data", "narrow.csv"}), "the model reads 6");
  expect_user_error(test({"--data", "opinions.tsv"}), "no rows of numbers");
  expect_user_error(test({"--data", "rows.csv", "--retrieval"}), "needs a label");
  expect_user_error(weft(folder, {"encode", model("classifier")}), "this is a classifier");
  expect_user_error(
      weft(folder, {"test", model("classifier"), "--data", "opinions.tsv", "--retrieval"}),
      "for autoencoders");
  expect_user_error(weft(folder, {"classify", "m.weft"}), "this is an autoencoder");
}

}  // namespace
}  // namespace weft::testing
