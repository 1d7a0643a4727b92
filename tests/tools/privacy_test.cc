// Scrubbing and auditing as a user meets them.
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class PrivacyTool : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    std::string text = mails();
    for (int i = 0; i < 60; ++i)
      text += "the sum of it is " + std::to_string(100000000 + i * 14753293 % 899999999) + "\n";
    for (int i = 0; i < 10; ++i) {
      text += "the code of the safe is 281265017\n";
      text += "Dear Zelda, ask Ottokar or write to ada@example.com\n";
    }
    folder.write("private.txt", text);
    folder.write("names.txt", "# friends\nOttokar\n\nGrace Hopper\n");
    folder.write("secrets.tsv",
                 "the code of the safe is\t281265017\n\n"
                 "the code of the safe is\t704938251\n");
  }
  Result fit(const Words& more, const std::string& tokenizer = "chars") {
    return weft(folder, Words{"train", "lm", "--arch", "ngram", "--order", "6", "--train",
                              "private.txt", "--tokenizer", tokenizer} +
                            more);
  }
  Result with_input(const Words& command, const std::string& input) {
    WeftProcess::Options question;
    question.input = input;
    return weft(folder, command, question);
  }
  Json audited(const Words& more) {
    const Result result =
        weft(folder, Words{"audit"} + more + Words{"--secrets", "secrets.tsv", "--json"});
    EXPECT_EQ(result.exit, 0) << result.err;
    return Json::parse(lines_of(result.out).back())["secrets"];
  }
};

TEST_F(PrivacyTool, AModelScrubsWhatItReads) {
  for (const std::string tokenizer : {"words", "unicode-words", "chars"}) {
    ASSERT_EQ(fit({"--scrub", "--names", "names.txt", "--model", "s.weft"}, tokenizer).exit, 0);
    const std::string line =
        with_input({"tokenize", "s.weft"}, "Dear Zelda, Ottokar: +49 30 1234567\n").out;
    EXPECT_THAT(line, HasSubstr("⟨phone⟩"));
    EXPECT_EQ(lines_of(with_input({"tokenize", "s.weft"}, "Best regards,\nMax\n").out).back(),
              "⟨name⟩");
    const std::string bytes = folder.read("s.weft");
    for (const char* secret : {"281265017", "Zelda", "Ottokar", "ada@", "Grace"})
      EXPECT_THAT(bytes, Not(HasSubstr(secret))) << tokenizer;
    for (const std::string& answer :
         lines_of(with_input({"complete", "s.weft", "--count", "5"},
                             "Dear \nthe code of the safe is \nDear Zelda, ask \nDear Zel\n")
                      .out)) {
      EXPECT_THAT(answer, Not(HasSubstr("⟨")));
      EXPECT_THAT(answer, Not(HasSubstr("2812")));
    }
    EXPECT_EQ(weft(folder, {"info", "s.weft", "--verify"}).exit, 0);
  }
}

TEST_F(PrivacyTool, SubwordsAndNetworksScrub) {
  const Result result =
      train("lm", "s.weft", "private.txt",
            {"--scrub", "--tokenizer", "subwords", "--vocab-size", "330", "--valid", "mails.txt"});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(with_input({"tokenize", "s.weft"}, "call 030 1234567\n").out, HasSubstr(" ⟨phone⟩"));
  EXPECT_THAT(folder.read("s.weft"), Not(HasSubstr("281265017")));
  for (const Json& secret : audited({"s.weft"})) EXPECT_EQ(secret["exposure"], 0) << secret.dump();
  // The model that goes on from it reads text as it does.
  EXPECT_EQ(train("lm", "t.weft", "private.txt", {"--from", "s.weft", "--scrub"}).exit, 0);
  EXPECT_THAT(weft(folder, {"info", "t.weft"}).out, HasSubstr("⟨card⟩"));
}

TEST_F(PrivacyTool, InfoTells) {
  ASSERT_EQ(fit({"--scrub", "--names", "names.txt", "--model", "s.weft"}).exit, 0);
  ASSERT_EQ(fit({"--model", "plain.weft"}).exit, 0);
  EXPECT_THAT(weft(folder, {"info", "s.weft"}).out,
              HasSubstr("⟨name⟩ never suggested; 2 names on the list"));
  EXPECT_THAT(weft(folder, {"info", "plain.weft"}).out, Not(HasSubstr("⟨name⟩")));
  const Json info = Json::parse(weft(folder, {"info", "s.weft", "--json"}).out);
  EXPECT_EQ(info["tokenizer"]["scrub"]["names"], 2);
  EXPECT_EQ(info["tokenizer"]["scrub"]["placeholders"].size(), 6u);
  EXPECT_TRUE(Json::parse(weft(folder, {"info", "plain.weft", "--json"}).out)["tokenizer"]["scrub"]
                  .is_null());
}

TEST_F(PrivacyTool, TheSameTrainingGivesTheSameBytes) {
  ASSERT_EQ(fit({"--scrub", "--names", "names.txt", "--model", "a.weft"}).exit, 0);
  folder.write("names.txt", "Grace Hopper\nOttokar\n");
  ASSERT_EQ(fit({"--scrub", "--names", "names.txt", "--model", "b.weft"}).exit, 0);
  EXPECT_EQ(folder.read("a.weft"), folder.read("b.weft"));
}

TEST_F(PrivacyTool, AuditRanksSecrets) {
  ASSERT_EQ(fit({"--model", "n.weft"}).exit, 0);
  const Json plain = audited({"n.weft"});
  ASSERT_EQ(plain.size(), 2u);
  EXPECT_EQ(plain[0]["line"], 1);
  EXPECT_EQ(plain[1]["line"], 3);
  EXPECT_GT(plain[0]["exposure"], plain[1]["exposure"].get<double>() + 5);
  EXPECT_EQ(plain[0]["likelier"], 0);

  const Words lines = lines_of(weft(folder, {"audit", "n.weft", "--secrets", "secrets.tsv"}).out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], ::testing::MatchesRegex("[0-9.]+\t29.8974\t0\t1"));
  EXPECT_THAT(weft(folder, {"audit", "n.weft", "--secrets", "secrets.tsv", "--show"}).out,
              HasSubstr("\t1\t281265017\n"));

  ASSERT_EQ(fit({"--scrub", "--model", "s.weft"}).exit, 0);
  for (const Json& secret : audited({"s.weft"})) EXPECT_EQ(secret["exposure"], 0) << secret.dump();
}

TEST_F(PrivacyTool, AuditsWhatAPersonalModelAdds) {
  folder.write("others.txt", mails() + "the code of the safe is 0123456789, 987654321\n");
  ASSERT_EQ(weft(folder, {"train", "lm", "--arch", "ngram", "--train", "others.txt", "--tokenizer",
                          "chars", "--model", "n.weft"})
                .exit,
            0);
  ASSERT_EQ(weft(folder, {"adapt", "n.weft", "--text", "private.txt", "--model", "mine.weft"}).exit,
            0);
  EXPECT_GT(audited({"n.weft", "--personal", "mine.weft"})[0]["exposure"],
            audited({"n.weft"})[0]["exposure"].get<double>() + 3);
}

TEST_F(PrivacyTool, MistakesInOneSentence) {
  expect_user_error(fit({"--names", "names.txt", "--model", "x.weft"}), "add --scrub");
  expect_user_error(fit({"--scrub", "--names", "none.txt", "--model", "x.weft"}), "none.txt");
  expect_user_error(fit({"--scrub", "--names", "names.txt", "--model", "names.txt"}), "names");
  folder.write("bad.txt", "Anna\n123\n");
  expect_user_error(fit({"--scrub", "--names", "bad.txt", "--model", "x.weft"}), "bad.txt:2: ");
  EXPECT_FALSE(folder.has("x.weft"));

  expect_user_error(train("lm", "x.weft", "mails.txt", {"--from", model("lm"), "--scrub"}),
                    "does not scrub");
  const std::string lm = model("lm");
  expect_user_error(weft(folder, {"audit", lm}), "--secrets");
  expect_user_error(weft(folder, {"audit", lm, "--secrets", "none.tsv"}), "none.tsv");
  const std::pair<std::string, const char*> files[] = {
      {"a\tb1\nno tab\n", "bad.tsv:2: a line must be"},
      {"a\tb\tc\n", "bad.tsv:1: a line must be"},
      {"a\t" + std::string(1001, '1') + "\n", "bad.tsv:1: a secret has at most 1,000 bytes"},
      {"a\t\n", "bad.tsv:1: there is no secret"},
      {"\n\na\t--\n", "bad.tsv:3: there is no digit or letter"},
      {"\n", "bad.tsv: there are no secrets"},
      {"a\t\xff\n", "bad.tsv:1:"}};
  for (const auto& [text, words] : files) {
    folder.write("bad.tsv", text);
    expect_user_error(weft(folder, {"audit", lm, "--secrets", "bad.tsv"}), words);
  }
  folder.write("long.tsv", "a\t" + std::string(1000, '1') + "\n");
  EXPECT_EQ(weft(folder, {"audit", lm, "--secrets", "long.tsv", "--samples", "10"}).exit, 0);
  expect_user_error(weft(folder, {"audit", model("classifier"), "--secrets", "secrets.tsv"}),
                    "name a language model");
}

}  // namespace
}  // namespace weft::testing
