// Completion as a user meets it: calibrated, in a context, without some words, in somebody's own
// words.
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;

class CompletionTool : public ToolTest {
 protected:
  /// Counts of n-grams: they know what they have read.
  std::string ngrams(const std::string& name = "n.weft", const Words& more = {}) {
    const Result result =
        weft(folder, Words{"train", "lm", "--arch", "ngram", "--order", "4", "--train", "mails.txt",
                           "--valid", "mails.txt", "--model", name} +
                         more);
    if (result.exit != 0) throw std::runtime_error(result.err);
    return name;
  }
  Words complete(const Words& command, const std::string& input) {
    WeftProcess::Options question;
    question.input = input;
    const Result result = weft(folder, Words{"complete"} + command, question);
    EXPECT_EQ(result.exit, 0) << "signal " << result.signal << "\n" << result.err;
    return lines_of(result.out);
  }
  Json measured(const Words& command) {
    const Result result = weft(folder, Words{"test"} + command + Words{"--json"});
    EXPECT_EQ(result.exit, 0) << result.err;
    return Json::parse(lines_of(result.out).back());
  }
};

TEST_F(CompletionTool, CalibratedModelsKeepQuietAndSaySo) {
  const std::string model = ngrams();
  const Result calibrated =
      weft(folder, {"calibrate", model, "--data", "mails.txt", "--model", "c.weft"});
  ASSERT_EQ(calibrated.exit, 0) << calibrated.err;
  EXPECT_EQ(weft(folder, {"info", "c.weft", "--verify"}).exit, 0);
  EXPECT_EQ(complete({"c.weft", "--min-confidence", "0.9"}, "thank you for the \nthank y\n"),
            (Words{"", "ou for the"}));
  // "ou for the", and one of four things.
  const std::string answer = complete({"c.weft", "--confidence"}, "thank y\n").front();
  EXPECT_NEAR(std::stod(answer.substr(answer.find('\t') + 1)), 0.25, 0.1) << answer;

  WeftProcess::Options question;
  question.input = "thank y\n";
  const auto warning = [&](const Words& command) {
    return weft(folder, Words{"complete"} + command + Words{"--min-confidence", "0.9"}, question)
        .err;
  };
  EXPECT_THAT(warning({model}), ::testing::HasSubstr("not calibrated"));
  EXPECT_EQ(warning({"c.weft"}), "");
  ASSERT_EQ(weft(folder, {"adapt", model, "--text", "mails.txt", "--model", "me.weft"}).exit, 0);
  EXPECT_THAT(
      warning({"c.weft", "--personal", "me.weft"}),
      ::testing::HasSubstr("calibrated with nothing beside it and is used with a personal"));
}

TEST_F(CompletionTool, Measures) {
  const Json measures = measured(
      {ngrams(), "--data", "mails.txt", "--completion", "--completion-report", "curves.html"});
  for (const char* key : {"keystrokes_saved", "exact_match"})
    EXPECT_TRUE(measures.contains(key)) << measures.dump();
  EXPECT_TRUE(folder.has("curves.html"));
  expect_user_error(
      weft(folder, {"test", model("classifier"), "--data", "opinions.tsv", "--completion"}),
      "only language models complete");
  expect_user_error(
      weft(folder, {"test", "n.weft", "--data", "mails.txt", "--block", "curves.html"}),
      "--completion or --queries");
  // These had no effect, in silence.
  for (const Words& more : {Words{"--output", "o"}, {"--labels", "mails.txt"}, {"--retrieval"}})
    expect_user_error(
        weft(folder, Words{"test", "n.weft", "--data", "mails.txt", "--completion"} + more),
        "leave");
}

// "the" is so much likelier that a search of one hypothesis loses "their"; "thei" was then read as
// a word that nobody knows, and gone on from.
TEST_F(CompletionTool, AKnownWordThatANarrowSearchLosesIsNotUnknown) {
  std::string text;
  for (int k = 0; k < 20; ++k) text += "we saw the man and ";
  folder.write("mails.txt", text + "we saw their dog\n");
  const Words answers =
      complete({ngrams("n.weft", {"--tokenizer", "unicode-words"}), "--search", "greedy"},
               "we saw thei\nwe saw theqz\n");
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0], "");
  EXPECT_NE(answers[1], "");
}

TEST_F(CompletionTool, RanksQueries) {
  const Json measures = measured({ngrams(), "--data", "mails.txt", "--queries", "--popular",
                                  "mails.txt", "--completion-report", "ranks.html"});
  EXPECT_TRUE(folder.has("ranks.html"));
  for (const char* key : {"mrr_3", "popular_mrr_3", "seen_mrr_8"})
    EXPECT_GT(measures.at(key).get<double>(), 0) << key;
  expect_user_error(
      weft(folder, {"test", "n.weft", "--data", "mails.txt", "--queries", "--completion"}),
      "one at a time");
}

TEST_F(CompletionTool, AContextForEachLine) {
  const Words like = {model("lm"), "--max-tokens", "2", "--confidence"};
  const Words answers =
      complete(like + Words{"--with-context"}, "best\tthank \nwishes\tthank \nthank \n");
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0], complete(like + Words{"--context", "best"}, "thank \n").front());
  EXPECT_EQ(answers[1], complete(like + Words{"--context", "wishes"}, "thank \n").front());
  EXPECT_EQ(answers[2], complete(like, "thank \n").front());
  EXPECT_NE(answers[0], answers[1]);

  WeftProcess::Options question;
  question.input = "thank \n";
  EXPECT_THAT(weft(folder, {"complete", ngrams(), "--context", "best"}, question).err,
              ::testing::HasSubstr("--context has no effect"));
}

// A context column was read as one line with a backslash and an n where lines end.
TEST_F(CompletionTool, AContextMayHaveLines) {
  const Words like = {model("lm"), "--max-tokens", "2", "--confidence"};
  const Words both = complete(like + Words{"--context", "best\\nwishes"}, "thank \n");
  EXPECT_EQ(complete(like + Words{"--with-context"}, "best\\nwishes\tthank \n"), both);
  EXPECT_EQ(complete(like + Words{"--with-context", "--context", "best"}, "wishes\tthank \n"),
            both);
  EXPECT_NE(complete(like + Words{"--with-context"}, "best\\\\nwishes\tthank \n"), both);
}

TEST_F(CompletionTool, ComparesTwoModels) {
  const Words command = {ngrams(),    "--data",         "mails.txt",
                         "--against", ngrams("c.weft"), "--completion"};
  const Json measures = measured(command + Words{"--words", "2", "--keystrokes", "100"});
  EXPECT_EQ(measures.at("exact_match").size(), 2u);
  EXPECT_EQ(measures.at("against").at("exact_match"), measures.at("exact_match"));
  const Result table = weft(folder, Words{"test"} + command + Words{"--completion-report", "page"});
  EXPECT_THAT(table.out, ::testing::HasSubstr("c.weft\n"));
  EXPECT_THAT(folder.read("page"), ::testing::HasSubstr("keystrokes saved, c.weft"));
  expect_user_error(weft(folder, {"test", "n.weft", "--data", "mails.txt", "--against", "c.weft"}),
                    "--against");
}

TEST_F(CompletionTool, NeverSuggestsBlockedWords) {
  const std::string model = ngrams();
  folder.write("blocked", "# what nobody wants to read\nletters\nfriend\n");
  for (const std::string& answer :
       complete({model, "--block", "blocked", "--count", "8"}, "thank you for the \nbest w\n")) {
    EXPECT_EQ(answer.find("letter"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("friends"), std::string::npos) << answer;
  }
  folder.write("odd", "fine\n...\n");
  expect_user_error(weft(folder, {"complete", model, "--block", "odd"}), "odd:2:");
  folder.write("latin", "caf\xE9\n");
  expect_user_error(weft(folder, {"complete", model, "--block", "latin"}),
                    "latin:1:4: the bytes are not UTF-8; convert");
}

TEST_F(CompletionTool, ACacheExpectsWhatTheContextSays) {
  const std::string network = model("lm");
  const auto suggested = [&](const std::string& word, const Words& more) {
    std::string context = word;
    for (int i = 0; i < 5; ++i) context += " " + word;
    return complete(Words{network, "--max-tokens", "1", "--context", context} + more, "best f\n")
        .front();
  };
  const Words cached = {"--cache-size", "50", "--cache-lambda", "0.99"};
  EXPECT_EQ(suggested("friends", cached), "riends friends");
  EXPECT_EQ(suggested("from", cached), "rom from");
  EXPECT_EQ(suggested("friends", {"--cache-size", "50", "--cache-lambda", "0"}),
            suggested("friends", {}));
  ASSERT_EQ(weft(folder, {"calibrate", network, "--data", "mails.txt", "--model", "c.weft",
                          "--cache-size", "50"})
                .exit,
            0);
  measured({"c.weft", "--data", "mails.txt", "--completion", "--cache-size", "50"});
  expect_user_error(weft(folder, {"complete", ngrams(), "--cache-size", "50"}),
                    "an n-gram model has no hidden state");
}

TEST_F(CompletionTool, LearnsSomebodysOwnWords) {
  const std::string model = ngrams("base.weft", {"--tokenizer", "chars"});
  std::string own;
  for (int i = 0; i < 30; ++i) own += "thank you for the ride\nyours, Bo\n";
  folder.write("own.txt", own);
  const std::string before = folder.read(model);
  const Words command = {"adapt", model, "--text", "own.txt", "--order", "6", "--model"};
  ASSERT_EQ(weft(folder, command + Words{"me.weft"}).exit, 0);
  EXPECT_EQ(folder.read(model), before);
  ASSERT_EQ(weft(folder, command + Words{"again.weft"}).exit, 0);
  EXPECT_EQ(folder.read("me.weft"), folder.read("again.weft"));
  EXPECT_EQ(weft(folder, {"info", "me.weft", "--verify"}).exit, 0);
  const Words answers =
      complete({model, "--personal", "me.weft", "--max-tokens", "8"}, "thank you for the ri\n");
  EXPECT_EQ(answers, Words{"de"});
  const double alone = measured({model, "--data", "own.txt"}).at("perplexity"),
               both =
                   measured({model, "--data", "own.txt", "--personal", "me.weft"}).at("perplexity");
  EXPECT_LT(both, alone / 2);
  const auto saved = [&](const Words& more) {
    return measured(Words{model, "--data", "own.txt", "--completion"} + more)
        .at("keystrokes_saved")
        .get<double>();
  };
  EXPECT_GT(saved({"--personal", "me.weft"}), saved({}));
}

TEST_F(CompletionTool, PersonalModelsMistakes) {
  const std::string model = ngrams();
  folder.write("few", "one line\nand another\n");
  expect_user_error(weft(folder, {"adapt", model, "--text", "few", "--model", "me.weft"}),
                    "few: there are fewer than 5 lines");
  EXPECT_FALSE(folder.has("me.weft"));
  expect_user_error(weft(folder, {"adapt", model, "--text", "mails.txt", "--model", model}),
                    "would overwrite MODEL");
  ASSERT_EQ(weft(folder, {"adapt", model, "--text", "mails.txt", "--model", "me.weft"}).exit, 0);
  expect_user_error(weft(folder, {"complete", "me.weft"}), "this is a personal model");
  expect_user_error(weft(folder, {"complete", model, "--personal", model}), "n-gram model");
  const std::string other = ngrams("other.weft", {"--tokenizer", "chars"});
  expect_user_error(weft(folder, {"complete", other, "--personal", "me.weft"}),
                    "me.weft: the personal model was made for a model with another vocabulary");
  expect_user_error(weft(folder, {"test", other, "--data", "mails.txt", "--personal", "me.weft"}),
                    "me.weft: the personal model was made for a model with another vocabulary");
  const std::string whole = folder.read("me.weft");
  folder.write("cut.weft", whole.substr(0, whole.size() - 9));
  expect_user_error(weft(folder, {"complete", model, "--personal", "cut.weft"}), "cut.weft");
}

// With n-grams of an order that none is left of, weft info failed.
TEST_F(CompletionTool, PrunesAllLongNgrams) {
  const std::string model = ngrams("p.weft", {"--prune", "1000000"});
  EXPECT_EQ(weft(folder, {"info", model, "--verify"}).exit, 0);
  EXPECT_EQ(complete({model}, "thank y\n").size(), 1u);
}

// Each of these replaced a text or a model by what it wrote.
TEST_F(CompletionTool, NoInputIsOverwritten) {
  const std::string model = ngrams();
  const std::string mails = folder.read("mails.txt"), bytes = folder.read(model);
  const Words commands[] = {
      {"adapt", model, "--text", "mails.txt", "--model", "mails.txt"},
      {"adapt", model, "--text", "mails.txt", "--model", "./n.weft"},
      {"calibrate", model, "--data", "mails.txt", "--model", "mails.txt"},
      {"test", model, "--data", "mails.txt", "--completion", "--completion-report", "mails.txt"},
      {"test", model, "--data", "mails.txt", "--completion", "--completion-report", model}};
  for (const Words& command : commands) expect_user_error(weft(folder, command), "would overwrite");
  EXPECT_EQ(folder.read("mails.txt"), mails);
  EXPECT_EQ(folder.read(model), bytes);
  folder.write("few", "a\n");
  expect_user_error(weft(folder, {"calibrate", model, "--data", "few", "--model", "c.weft"}),
                    "few: there are fewer than 200 keystrokes");
  std::filesystem::create_directory(folder / "folder");
  expect_user_error(weft(folder, {"calibrate", model, "--data", "mails.txt", "--model", "folder"}),
                    "directory");
}

TEST_F(CompletionTool, AnswersWhateverIsTyped) {
  const std::string model = ngrams("n.weft", {"--tokenizer", "subwords", "--vocab-size", "285"});
  const Words hard = {std::string(100000, 'x'),
                      "thank " + std::string(5000, ' '),
                      "shukran شكرا 谢谢 спасибо thank y",
                      "👩‍👩‍👧👍🏽 thank",
                      "\u202Eשלום עולם",
                      "half \xF0\x9F\x91",
                      "\xff\xfe",
                      "",
                      "\t\t"};
  std::string input;
  for (const std::string& line : hard) input += line + "\n";
  for (const Words& more :
       {Words{}, Words{"--whole-line"}, Words{"--with-context"}, Words{"--min-confidence", "0.5"}})
    EXPECT_EQ(complete(Words{model} + more, input).size(), hard.size());
}

}  // namespace
}  // namespace weft::testing
