// Training as a user sees it: the same bytes, going on after a break, the final line.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

class TrainingTest : public ToolTest, public ::testing::WithParamInterface<const char*> {
 protected:
  std::string task() const { return GetParam(); }
  Words command(const Words& more) const {
    return train_words(task()) +
           Words{"--train", data_of(task()), "--valid", data_of(task()), "--dropout", "0.2"} + more;
  }
};

/// A handler would run on top of a product of oneDNN, whose stack pointer is none at times.
void expect_main_thread_takes_no_interrupt(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("SigBlk:")) continue;
    const auto blocked = std::stoull(line.substr(7), nullptr, 16);
    for (const int signal : {SIGINT, SIGTERM}) EXPECT_EQ(blocked >> (signal - 1) & 1, 1u) << line;
  }
}

Json last_line(const Result& result) { return Json::parse(lines_of(result.out).back()); }

TEST_P(TrainingTest, SameSeedSameBytes) {
  ASSERT_EQ(weft(folder, command({"--model", "a.weft", "--threads", "2"})).exit, 0);
  ASSERT_EQ(weft(folder, command({"--model", "b.weft", "--threads", "2"})).exit, 0);
  ASSERT_EQ(weft(folder, command({"--model", "c.weft", "--threads", "2", "--seed", "2"})).exit, 0);
  EXPECT_EQ(folder.read("a.weft"), folder.read("b.weft"));
  EXPECT_NE(folder.read("a.weft"), folder.read("c.weft"));
}

TEST_P(TrainingTest, ResumedTrainingGivesTheSameBytes) {
  ASSERT_EQ(weft(folder, command({"--model", "whole.weft"})).exit, 0);
  ASSERT_EQ(weft(folder, command({"--model", "part.weft", "--checkpoint", "part.checkpoint",
                                  "--max-updates", "7"}))
                .exit,
            0);
  EXPECT_NE(folder.read("whole.weft"), folder.read("part.weft"));
  const Result resumed = weft(folder, {"train", task(), "--resume", "part.checkpoint", "--model",
                                       "resumed.weft", "--max-updates", "0"});
  ASSERT_EQ(resumed.exit, 0) << resumed.err;
  EXPECT_EQ(folder.read("whole.weft"), folder.read("resumed.weft"));
}

TEST_F(ToolTest, EveryKindOfOutputIsTrainedMeasuredAndAsked) {
  WeftProcess::Options question;
  question.input = "thank you\n";
  for (const Words& output :
       {Words{"adaptive", "--cutoffs", "6,15"}, Words{"adaptive"},
        Words{"sampled", "--samples", "9"}, Words{"sampled", "--tie"}, Words{"mixture"},
        Words{"mixture", "--mixture-components", "3", "--tie", "--last-hidden", "9",
              "--latent-dropout", "0.1"}}) {
    const Result trained = train("lm", "m.weft", "mails.txt",
                                 Words{"--valid", "mails.txt", "--json", "--output"} + output);
    ASSERT_EQ(trained.exit, 0) << trained.err;
    EXPECT_EQ(weft(folder, {"info", "m.weft", "--verify"}).exit, 0);
    const Result tested = weft(folder, {"test", "m.weft", "--data", "mails.txt", "--json"});
    ASSERT_EQ(tested.exit, 0) << tested.err;
    EXPECT_LT(last_line(tested).at("perplexity").get<double>(), 35);
    const Result completed = weft(folder, {"complete", "m.weft"}, question);
    EXPECT_EQ(completed.exit, 0) << completed.err;
  }
}

/// Each means against overfitting reaches the training of each task.
TEST_P(TrainingTest, PenaltiesDropoutAndPatienceAct) {
  const auto loss = [&](const Words& more) {
    const Result result = train(task(), "m.weft", data_of(task()), more + Words{"--json"});
    EXPECT_EQ(result.exit, 0) << result.err;
    return last_line(result).at("train_loss").get<double>();
  };
  const Words plain = {"--optimizer", "sgd", "--learning-rate", "0.5"};
  const double without = loss(plain + Words{"--dropout", "0"});
  for (const Words& means : {Words{"--l1", "0.1"}, Words{"--l2", "0.1"}})
    EXPECT_GT(loss(plain + Words{"--dropout", "0"} + means), without);
  EXPECT_NE(loss(plain + Words{"--dropout", "0.5"}), without);
  // A rate of zero never becomes better than the first validation.
  const Result stopped =
      weft(folder, {"train", task(), "--train", data_of(task()), "--valid", data_of(task()),
                    "--model", "m.weft", "--learning-rate", "0", "--patience", "2", "--json"});
  EXPECT_EQ(last_line(stopped).at("stopped"), "patience");
  EXPECT_EQ(last_line(stopped).at("epochs"), 3);
}

TEST_P(TrainingTest, InterruptedTrainingSavesAndGoesOn) {
  // So many epochs that nobody waits for their end.
  Words words =
      command({"--model", "m.weft", "--json", "--report-every", "0.1", "--patience", "0"});
  *(std::find(words.begin(), words.end(), "--epochs") + 1) = "1000000";
  WeftProcess process(folder, words, {});
  ASSERT_TRUE(process.wait_for_err("epoch 2/")) << process.err();
  expect_main_thread_takes_no_interrupt(process.pid());
  process.send(SIGINT);
  const Result result = process.wait();
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_EQ(last_line(result).at("stopped"), "interrupted");
  EXPECT_THAT(result.err, HasSubstr("--resume m.weft.checkpoint"));
  EXPECT_EQ(weft(folder, {"info", "m.weft", "--verify"}).exit, 0);

  const auto updates = last_line(result).at("updates").get<std::int64_t>();
  const auto resume = [&](std::int64_t most) {
    return weft(folder, {"train", task(), "--resume", "m.weft.checkpoint", "--max-updates",
                         std::to_string(most)});
  };
  // With nothing to do, the training was over and the checkpoint gone.
  const Result nothing = resume(updates);
  EXPECT_THAT(nothing.err, HasSubstr("nothing was left to do"));
  EXPECT_TRUE(folder.has("m.weft.checkpoint"));
  const Result resumed = resume(updates + 3);
  ASSERT_EQ(resumed.exit, 0) << resumed.err;
  EXPECT_EQ(last_line(resumed).at("updates"), updates + 3);
  EXPECT_EQ(last_line(resumed).at("stopped"), "updates");
  EXPECT_FALSE(folder.has("m.weft.checkpoint"));
}

TEST_P(TrainingTest, WhatMustNotChangeIsRefused) {
  ASSERT_EQ(weft(folder, command({"--model", "m.weft", "--checkpoint", "c"})).exit, 0);
  const auto resume = [&](const Words& more) {
    return weft(folder, Words{"train", task(), "--resume", "c"} + more);
  };
  expect_user_error(resume({"--hidden", "9"}), "option --hidden cannot change");
  expect_user_error(resume({"--seed", "9"}), "option --seed cannot change");
  folder.write("other", folder.read(data_of(task())) + folder.read(data_of(task())));
  expect_user_error(resume({"--train", "other"}), "the --train file is not the one");
  expect_user_error(weft(folder, {"train", task(), "--resume", "m.weft"}), "finished model");
  const std::string other = task() == "lm" ? "classifier" : "lm";
  expect_user_error(weft(folder, {"train", other, "--resume", "c"}), "no checkpoint of");
}

TEST_P(TrainingTest, FinalLineHasTheAgreedKeys) {
  const Result result = weft(folder, command({"--model", "m.weft", "--json"}));
  ASSERT_EQ(result.exit, 0) << result.err;
  const Json line = last_line(result);
  for (const char* key : {"model", "parameters", "epochs", "updates", "seconds", "tokens",
                          "tokens_per_second", "train_loss", "valid", "stopped"}) {
    EXPECT_TRUE(line.contains(key)) << key;
  }
  EXPECT_EQ(line["model"], "m.weft");
  EXPECT_EQ(line["epochs"], 2);
  EXPECT_EQ(line["stopped"], "epochs");
  EXPECT_GT(line["tokens"], 0);
  EXPECT_TRUE(line["valid"].contains(task() == "lm"           ? "perplexity"
                                     : task() == "translator" ? "bleu"
                                                              : "accuracy"));
}

TEST_P(TrainingTest, LogAndReportAreWritten) {
  ASSERT_EQ(weft(folder, command({"--model", "m.weft", "--log", "log.jsonl", "--log-every", "1",
                                  "--report", "page.html"}))
                .exit,
            0);
  const Words lines = lines_of(folder.read("log.jsonl"));
  ASSERT_GT(lines.size(), 4u);
  for (const std::string& line : lines) EXPECT_TRUE(Json::parse(line).contains("type")) << line;
  EXPECT_EQ(Json::parse(lines.back())["stopped"], "epochs");
  EXPECT_THAT(folder.read("page.html"), HasSubstr("</html>"));
}

TEST_P(TrainingTest, LogAndReportThatCannotBeWrittenAreTold) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  const std::string without = (weft(folder, command({"--model", "m.weft"})), folder.read("m.weft"));
  for (const char* option : {"--log", "--report"}) {
    std::filesystem::remove(folder / "m.weft");
    const Result result = weft(folder, command({"--model", "m.weft", option, "/dev/full"}));
    EXPECT_EQ(result.exit, 2);
    EXPECT_THAT(result.err, HasSubstr("weft: error: m.weft is saved, but: "));
    EXPECT_EQ(folder.read("m.weft"), without);
  }
}

TEST_P(TrainingTest, OutputsNeverOverwriteInputsOrEachOther) {
  const std::string data = folder.read(data_of(task()));
  folder.write("train", data);
  folder.write("valid", data);
  folder.write("m2.checkpoint", data);
  folder.write("conf", "epochs = 1\n");
  std::filesystem::create_symlink("train", folder / "link");
  std::filesystem::create_hard_link(folder / "valid", folder / "hard");
  const Words words = train_words(task());
  const Words inputs = {"--train", "train", "--valid", "valid"};
  const auto refuse = [&](const Words& more, const std::string& message) {
    SCOPED_TRACE(::testing::PrintToString(more));
    Words all = words + more;
    if (std::find(more.begin(), more.end(), "--train") == more.end()) all = all + inputs;
    expect_user_error(weft(folder, all), message);
    for (const char* name : {"train", "valid", "m2.checkpoint"}) EXPECT_EQ(folder.read(name), data);
  };
  for (const char* path : {"train", "./train", "link"}) {
    refuse({"--model", path}, "would overwrite the --train file");
  }
  refuse({"--model", "m", "--log", "hard"}, "would overwrite the --valid file");
  refuse({"--model", "m", "--report", "valid"}, "would overwrite the --valid file");
  refuse({"--train", "m2.checkpoint", "--model", "m2"}, "would overwrite the --train file");
  refuse({"--model", "m", "--log", "./m"}, "(--log) and --model are the same file");
  refuse({"--model", "m", "--report", folder / "m"}, "(--report) and --model");
  refuse({"--model", "m", "--report", "m.checkpoint"}, "(--checkpoint) and --report");
  Words config = {"train", task(), "--config", "conf", "--model", "conf"};
  expect_user_error(weft(folder, config + inputs), "would overwrite the --config file");
  EXPECT_EQ(folder.read("conf"), "epochs = 1\n");

  ASSERT_EQ(weft(folder, words + inputs + Words{"--model", "m", "--checkpoint", "c"}).exit, 0);
  const Words resume = {"train", task(), "--resume", "c", "--epochs", "3"};
  const std::string checkpoint = folder.read("c");
  expect_user_error(weft(folder, resume + Words{"--model", "c", "--checkpoint", "d"}),
                    "would overwrite the --resume file");
  EXPECT_EQ(folder.read("c"), checkpoint);
  EXPECT_EQ(weft(folder, resume + Words{"--checkpoint", "c"}).exit, 0);
}

TEST_P(TrainingTest, DivergenceNamesUpdateAndCheckpoint) {
  const Result result =
      weft(folder, command({"--model", "m.weft", "--optimizer", "sgd", "--learning-rate", "1000000",
                            "--clip", "0", "--init", "uniform", "--init-scale", "10"}) +
                       Words{"--l2", "1000000"});
  expect_user_error(result, "the loss is not finite any more at update");
  EXPECT_FALSE(folder.has("m.weft"));
}

INSTANTIATE_TEST_SUITE_P(Tasks, TrainingTest, ::testing::Values("lm", "classifier", "translator"),
                         [](const auto& task) { return std::string(task.param); });

}  // namespace
}  // namespace weft::testing
