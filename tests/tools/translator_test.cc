// Translators, as a user meets them.
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class TranslatorTest : public ToolTest {
 protected:
  /// Knows the pairs by heart.
  std::string learned(const Words& more = {}, const std::string& epochs = "60") {
    const Result result =
        weft(folder, Words{"train", "translator", "--train", "pairs.tsv", "--model", "t.weft",
                           "--hidden", "24", "--embedding", "16", "--batch-size", "4", "--epochs",
                           epochs, "--learning-rate", "0.02", "--dropout", "0"} +
                         more);
    if (result.exit != 0) throw std::runtime_error(result.err);
    return "t.weft";
  }
  static Words words() { return {"--tokenizer", "unicode-words"}; }
  Result translate(const Words& words, const std::string& input) {
    WeftProcess::Options options;
    options.input = input;
    Result result = weft(folder, Words{"translate"} + words, options);
    EXPECT_EQ(result.exit, 0) << result.err;
    return result;
  }
  Json test(const Words& words) {
    const Result result = weft(folder, Words{"test"} + words + Words{"--json"});
    EXPECT_EQ(result.exit, 0) << result.err;
    return Json::parse(lines_of(result.out).back());
  }
};

Words fields_of(const std::string& line) {
  Words fields(1);
  for (const char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

TEST_F(TranslatorTest, ALineForALineInOrder) {
  const std::string name = learned(words());
  std::string many(200, 'x');
  for (int i = 0; i < 300; ++i) many += " car";
  const Result result =
      translate({name}, "the key is old.\n\n" + many + "\nthe house is big.\n   \nthe car is red.");
  const Words lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 6u) << result.out;
  EXPECT_EQ(lines[0], "la clé est vieille.");
  EXPECT_EQ(lines[1], "");
  EXPECT_EQ(lines[3], "la maison est grande.");
  EXPECT_EQ(lines[4], "");
  EXPECT_EQ(lines[5], "la voiture est rouge.");
  EXPECT_THAT(result.err, HasSubstr("1 lines are longer than 200 tokens"));
  // Alone, one after another, among others: the same.
  EXPECT_EQ(translate({name, "--unbuffered"}, "the key is old.\nthe car is red.\n").out,
            "la clé est vieille.\nla voiture est rouge.\n");
  EXPECT_EQ(translate({name, "--beam", "1", "--batch-size", "1"}, "the key is old.\n").out,
            "la clé est vieille.\n");
}

TEST_F(TranslatorTest, NBestScoresAndAlignments) {
  const std::string name = learned(words());
  const std::string line = "the key is old.\n";
  const Words best = fields_of(lines_of(translate({name, "--n-best", "3"}, line).out)[0]);
  ASSERT_EQ(best.size(), 6u);
  EXPECT_EQ(best[0], "la clé est vieille.");
  EXPECT_GE(std::stod(best[1]), std::stod(best[3]));
  EXPECT_GE(std::stod(best[3]), std::stod(best[5]));
  EXPECT_EQ(fields_of(lines_of(translate({name, "--scores"}, line).out)[0]).size(), 2u);
  const Words linked = fields_of(lines_of(translate({name, "--alignments"}, line).out)[0]);
  ASSERT_EQ(linked.size(), 2u);
  EXPECT_THAT(linked[1], MatchesRegex("([0-3]-[0-3])?( [0-3]-[0-3])*"));
  EXPECT_EQ(fields_of(translate({name, "--alignments"}, "\n").out), (Words{"", "\n"}));
  expect_user_error(weft(folder, {"translate", name, "--n-best", "9", "--beam", "3"}), "--beam");
}

TEST_F(TranslatorTest, SubwordsGiveBackRunningText) {
  const std::string name =
      learned({"--tokenizer", "subwords", "--vocab-size", "300", "--joint-vocabulary"}, "400");
  EXPECT_EQ(translate({name}, "the key is old.\n").out, "la clé est vieille.\n");
  EXPECT_EQ(translate({name, "--n-best", "2"}, "\n").out.find("\n\n"), std::string::npos);
}

TEST_F(TranslatorTest, KeysOfTest) {
  const std::string name = learned(words());
  const Json measures = test({name, "--data", "pairs.tsv", "--output", "out.txt"});
  for (const char* key :
       {"sentences", "bleu", "bleu_lowercase_tokenized", "chrf", "signature", "loss"}) {
    EXPECT_TRUE(measures.contains(key)) << key;
  }
  EXPECT_EQ(measures["sentences"], 13);
  EXPECT_GT(measures["bleu"].get<double>(), 99);
  const std::string translations = folder.read("out.txt");
  EXPECT_EQ(lines_of(translations).size(), 13u);
  EXPECT_THAT(translations, HasSubstr("la voiture est rouge.\n"));

  // Two files are the same as one with tabs.
  std::string english, french;
  for (const std::string& line : lines_of(pairs())) {
    english += fields_of(line)[0] + "\n";
    french += fields_of(line)[1] + "\n";
  }
  folder.write("p.en", english);
  folder.write("p.fr", french);
  EXPECT_EQ(test({name, "--data", "p.en", "p.fr"}), test({name, "--data", "pairs.tsv"}));
}

TEST_F(TranslatorTest, AgainstATextAndAgainstAModel) {
  const std::string name = learned(words());
  std::string other;
  for (int i = 0; i < 13; ++i) other += "la table est rouge.\n";
  folder.write("other.txt", other);
  const Json measures =
      test({name, "--data", "pairs.tsv", "--against", "other.txt", "--samples", "200"});
  const Json& against = measures.at("against");
  EXPECT_EQ(against.at("file"), "other.txt");
  EXPECT_LT(against.at("bleu"), measures.at("bleu"));
  const Json& bleu = against.at("comparison").at("bleu");
  EXPECT_GT(bleu.at("difference"), 10);
  EXPECT_LT(bleu.at("p_value"), 0.05);
  EXPECT_LE(bleu.at("confidence")[0], bleu.at("confidence")[1]);

  const Json same = test({name, "--data", "pairs.tsv", "--against", name, "--samples", "50"});
  EXPECT_EQ(same.at("against").at("comparison").at("bleu").at("p_value"), 1);
  const Result table = weft(folder, {"test", name, "--data", "pairs.tsv", "--against", name});
  EXPECT_THAT(table.out, HasSubstr("difference"));

  folder.write("short.txt", "one line\n");
  folder.write("long.txt", other + other);
  const auto expect_error = [&](const Words& more, const std::string& message) {
    expect_user_error(weft(folder, Words{"test", name, "--data", "pairs.tsv"} + more), message);
  };
  expect_error({"--against", "short.txt"}, "short.txt: the file has 1 lines");
  expect_error({"--against", "long.txt"}, "long.txt: the file has more lines");
  expect_error({"--against", model("lm")}, "language model");
  expect_error({"--against", "missing"}, "missing");
  expect_error({"--format", "tsv"}, "leave out --format");
  expect_error({"--output", "none/file"}, "none/file");
  expect_user_error(weft(folder, {"test", model("lm"), "--data", "mails.txt", "--beam", "2"}),
                    "leave out --beam");
}

TEST_F(TranslatorTest, InfoAndTokenizeKnowBothSides) {
  const std::string name = learned(words());
  const Result info = weft(folder, {"info", name, "--verify"});
  EXPECT_EQ(info.exit, 0) << info.err;
  EXPECT_THAT(info.out, HasSubstr("target vocabulary"));
  const auto tokenize = [&](const Words& more, const std::string& text) {
    WeftProcess::Options options;
    options.input = text;
    return weft(folder, Words{"tokenize", name} + more, options);
  };
  const std::string french = "la clé est vieille.\n";
  const std::string ids = tokenize({"--target", "--ids"}, french).out;
  EXPECT_EQ(tokenize({"--target", "--ids", "--decode"}, ids).out, french);
  EXPECT_NE(tokenize({"--ids"}, french).out, ids);
  expect_user_error(weft(folder, {"tokenize", model("lm"), "--target"}), "leave out --target");
}

TEST_F(TranslatorTest, PairsThatAreLeftOutAreTold) {
  folder.write("more.tsv", pairs() + "empty\t\nthe car the car the car\tla voiture\n");
  const Result result = train("translator", "m.weft", "more.tsv", {"--max-length", "5"});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("1 pairs have more tokens on a side than --max-length 5"));
  EXPECT_THAT(result.err, HasSubstr("1 pairs have a side without text"));
  EXPECT_THAT(train("translator", "m.weft", "pairs.tsv").err, Not(HasSubstr("left out")));
  expect_user_error(train("translator", "m.weft", "mails.txt"), "mails.txt:1: the line has no tab");
}

TEST_F(TranslatorTest, ReportShowsAttention) {
  learned(words() + Words{"--valid", "pairs.tsv", "--report", "page.html"}, "3");
  const std::string page = folder.read("page.html");
  EXPECT_THAT(page, HasSubstr("Attention"));
  EXPECT_THAT(page, HasSubstr("Validation: bleu"));
  EXPECT_THAT(page, HasSubstr("est rouge."));
}

}  // namespace
}  // namespace weft::testing
