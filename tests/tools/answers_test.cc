// What commands answer: formats, keys, one line for each line.
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

class AnswersTest : public ToolTest {
 protected:
  Result answer(const Words& words, const std::string& input) {
    WeftProcess::Options options;
    options.input = input;
    Result result = weft(folder, words, options);
    EXPECT_EQ(result.exit, 0) << result.err;
    return result;
  }
  Json json(const Words& words) {
    return Json::parse(lines_of(answer(words + Words{"--json"}, "").out).back());
  }
};

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
  return fields;
}

TEST_F(AnswersTest, ClassifyGivesPairsBestFirst) {
  const Words lines = lines_of(answer({"classify", model("classifier"), "--top", "5"},
                                      "a good car\n\nthis is a dull hat, is it not?\n")
                                   .out);
  ASSERT_EQ(lines.size(), 3u);
  for (const std::string& line : lines) {
    const Words fields = fields_of(line);
    ASSERT_EQ(fields.size(), 4u) << line;
    EXPECT_GE(std::stod(fields[1]), std::stod(fields[3]));
    EXPECT_NEAR(std::stod(fields[1]) + std::stod(fields[3]), 1, 2e-6);
  }
  EXPECT_EQ(fields_of(lines_of(answer({"classify", model("classifier")}, "car\n").out)[0]).size(),
            2u);
}

TEST_F(AnswersTest, ClassifyAnswersTheSameAloneAndAmongOthers) {
  std::string many;
  for (int i = 0; i < 1500; ++i) {
    for (int word = 0; word < i % 17; ++word) many += "good car ";
    many += "\n";
  }
  const Words together = lines_of(answer({"classify", model("classifier")}, many).out);
  ASSERT_EQ(together.size(), 1500u);
  const std::string line = "good car good car good car\n";
  const Words alone = fields_of(lines_of(answer({"classify", model("classifier")}, line).out)[0]);
  for (const std::size_t place : {3u, 1023u + 17u - 1023u % 17u + 3u}) {
    const Words fields = fields_of(together[place]);
    EXPECT_EQ(fields[0], alone[0]);
    EXPECT_NEAR(std::stod(fields[1]), std::stod(alone[1]), 2e-6);
  }
}

TEST_F(AnswersTest, OddBytesAreAnsweredAndWarnedOf) {
  const Result result =
      answer({"classify", model("classifier")}, std::string("good\nb\xff\xfe\0d\nlast", 15));
  EXPECT_EQ(lines_of(result.out).size(), 3u);
  EXPECT_THAT(result.err, HasSubstr("weft: warning: standard input:2:"));
}

TEST_F(AnswersTest, CompleteGivesContinuations) {
  const Words lines = lines_of(
      answer({"complete", model("lm"), "--count", "3"}, "thank you for\n\nbest wish\n").out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(fields_of(lines[0]).size(), 3u) << lines[0];
  EXPECT_TRUE(lines[2].starts_with("es")) << lines[2];
}

TEST_F(AnswersTest, CompleteRunsOverLines) {
  const auto complete = [&](const std::string& prefix) {
    return answer({"complete", model("lm"), "--lines", "3", "--max-tokens", "30"}, prefix + "\n")
        .out;
  };
  EXPECT_EQ(lines_of(complete("thank you for the call\\nbest \\\\")).size(), 1u);
}

TEST_F(AnswersTest, TokenizeAndBack) {
  const std::string text = "this is a good car, is it not?\n";
  const std::string name = model("classifier");
  const std::string pieces = answer({"tokenize", name}, text).out;
  const std::string ids = answer({"tokenize", name, "--ids"}, text).out;
  EXPECT_EQ(answer({"tokenize", name, "--decode"}, pieces).out, text);
  EXPECT_EQ(answer({"tokenize", name, "--decode", "--ids"}, ids).out, text);
  EXPECT_EQ(answer({"tokenize", name, "--decode", "--ids"}, "5 x -1 99999\n").exit, 0);
}

TEST_F(AnswersTest, CharactersComeBackWithTheirSpaces) {
  ASSERT_EQ(train("lm", "chars.weft", "mails.txt", {"--tokenizer", "chars"}).exit, 0);
  const std::string text = "thank you for\n";
  const std::string pieces = answer({"tokenize", "chars.weft"}, text).out;
  EXPECT_TRUE(pieces.starts_with("t h a n k ")) << pieces;
  EXPECT_EQ(answer({"tokenize", "chars.weft", "--decode"}, pieces).out, text);
}

TEST_F(AnswersTest, UnbufferedAnswersWhileTheInputIsOpen) {
  int to[2], from[2];
  ASSERT_EQ(pipe(to), 0);
  ASSERT_EQ(pipe(from), 0);
  WeftProcess::Options options;
  options.input_descriptor = to[0];
  options.output_descriptor = from[1];
  WeftProcess process(folder, {"classify", model("classifier"), "--unbuffered"}, options);
  close(to[0]);
  close(from[1]);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(write(to[1], "car\n", 4), 4);
    std::string line;
    for (char c = 0; c != '\n';) {
      ASSERT_EQ(read(from[0], &c, 1), 1);
      line += c;
    }
    EXPECT_THAT(line, ::testing::MatchesRegex("(positive|negative)\t0\\.[0-9]+\n"));
  }
  close(to[1]);
  EXPECT_EQ(process.wait().exit, 0);
  close(from[0]);
}

TEST_F(AnswersTest, ThreadsGiveTheSameAnswer) {
  const std::string name = model("lm");
  const Words command = {"complete", name, "--count", "2", "--threads"};
  EXPECT_EQ(answer(command + Words{"1"}, "thank you\n").out,
            answer(command + Words{"2"}, "thank you\n").out);
}

TEST_F(AnswersTest, SamplingFollowsItsSeed) {
  const Words command = {"complete", model("lm"), "--search", "sample", "--count", "3", "--seed"};
  const std::string first = answer(command + Words{"1"}, "the\n").out;
  EXPECT_EQ(first, answer(command + Words{"1"}, "the\n").out);
  EXPECT_NE(first, answer(command + Words{"2"}, "the\n").out);
}

TEST_F(AnswersTest, KeysOfTest) {
  const Json lm = json({"test", model("lm"), "--data", "mails.txt"});
  for (const char* key : {"tokens", "loss", "perplexity", "bits_per_character"}) {
    EXPECT_TRUE(lm.contains(key)) << key;
  }
  EXPECT_NEAR(lm["perplexity"].get<double>(), std::exp(lm["loss"].get<double>()), 1e-3);
  const Json classifier = json({"test", model("classifier"), "--data", "opinions.tsv"});
  for (const char* key : {"examples", "accuracy", "macro_f1", "loss", "labels"}) {
    EXPECT_TRUE(classifier.contains(key)) << key;
  }
  EXPECT_EQ(classifier["examples"], 40);
  for (const char* key : {"precision", "recall", "f1", "support"}) {
    EXPECT_TRUE(classifier["labels"]["positive"].contains(key)) << key;
  }
}

TEST_F(AnswersTest, KeysOfInfo) {
  const Json info = json({"info", model("lm"), "--verify"});
  for (const char* key : {"kind", "architecture", "parameters", "layers", "vocabulary", "tokenizer",
                          "training", "checksum", "verified"}) {
    EXPECT_TRUE(info.contains(key)) << key;
  }
  EXPECT_EQ(info["verified"], true);
  std::uint64_t sum = 0;
  for (const Json& layer : info["layers"]) {
    for (const char* key : {"name", "shape", "parameters"}) EXPECT_TRUE(layer.contains(key)) << key;
    sum += layer["parameters"].get<std::uint64_t>();
  }
  EXPECT_EQ(sum, info["parameters"]);
  EXPECT_EQ(info["training"]["seed"], 1);
}

TEST_F(AnswersTest, RowsOfNumbers) {
  std::string rows;
  for (int i = 0; i < 20; ++i) {
    rows += std::to_string(i % 2) + "," + std::to_string(i % 2) + ".5,2\n";
  }
  folder.write("rows.csv", rows);
  ASSERT_EQ(train("classifier", "rows.weft", "rows.csv", {"--arch", "mlp"}).exit, 0);
  const Result result = answer({"classify", "rows.weft"}, "1.5,2\nfew\n\n0.5,2\n");
  const Words lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[1], "");
  EXPECT_NE(lines[3], "");
  EXPECT_THAT(result.err, HasSubstr("standard input:2: this is no row of 2"));
  EXPECT_EQ(weft(folder, {"tokenize", "rows.weft"}).exit, 2);
}

// A binary file must not drown the terminal.
TEST_F(AnswersTest, TenWarningsAndACount) {
  std::string bytes;
  for (int i = 0; i < 25; ++i) bytes += std::string("a\0b\n", 4);
  const Result result = answer({"classify", model("classifier")}, bytes);
  EXPECT_EQ(result.exit, 0);
  EXPECT_EQ(lines_of(result.out).size(), 25u);
  EXPECT_THAT(result.err, HasSubstr("standard input:10: holds bytes that are not text"));
  EXPECT_THAT(result.err, HasSubstr("standard input: 15 more like these"));
  EXPECT_EQ(lines_of(result.err).size(), 11u);
}

/// Ten rows of ten thousand numbers into three hidden layers of a thousand units.
TEST_F(AnswersTest, ParametersOfAWideMlp) {
  std::string rows;
  for (int row = 0; row < 10; ++row) {
    rows += std::to_string(row);
    for (int i = 0; i < 10000; ++i) rows += i % 10 == row ? ",0.5" : ",0";
    rows += "\n";
  }
  folder.write("wide.csv", rows);
  const Result result = weft(folder, {"train", "classifier", "--arch", "mlp", "--layers", "3",
                                      "--hidden", "1000", "--train", "wide.csv", "--model",
                                      "wide.weft", "--max-updates", "2", "--optimizer", "sgd"});
  ASSERT_EQ(result.exit, 0) << result.err;
  const Json info = json({"info", "wide.weft"});
  EXPECT_EQ(info["parameters"], 12013010);
  EXPECT_EQ(info["layers"][0]["parameters"], 10001000);
  EXPECT_EQ(info["layers"][3]["parameters"], 10010);
}

TEST_F(AnswersTest, BundledSamplesTrain) {
  EXPECT_THAT(answer({"corpora", "list"}, "").out, HasSubstr("opinions"));
  const std::string sample =
      answer({"corpora", "sample", "opinions", "--count", "600", "--held-out", "30"}, "").out;
  EXPECT_EQ(lines_of(sample).size(), 600u);
  const std::string valid = answer({"corpora", "sample", "opinions", "--count", "600", "--held-out",
                                    "30", "--part", "valid"},
                                   "")
                                .out;
  EXPECT_EQ(lines_of(valid).size(), 30u);
  folder.write("sample.tsv", sample);
  EXPECT_EQ(train("classifier", "s.weft", "sample.tsv").exit, 0);
}

}  // namespace
}  // namespace weft::testing
