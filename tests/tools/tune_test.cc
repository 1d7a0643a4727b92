// weft tune as a user sees it.
#include <nlohmann/json.hpp>

#include "tiny_models.h"

namespace weft::testing {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

class TuneTest : public ToolTest, public ::testing::WithParamInterface<const char*> {
 protected:
  static Words command(const std::string& task, const Words& more) {
    Words words = {"tune",         task,
                   "--train",      data_of(task),
                   "--valid",      data_of(task),
                   "--model",      "best.weft",
                   "--epochs",     "2",
                   "--batch-size", "4",
                   "--search",     "hidden=int:4..8",
                   "--search",     "learning-rate=log:1e-3..1e-1",
                   "--search",     "optimizer=sgd,adam",
                   "--trials",     "5"};
    return words + (task == "lm" ? Words{"--bptt", "5"} : Words{"--embedding", "6"}) + more;
  }
  /// The trials of a log, without what differs from run to run.
  std::vector<Json> trials(const std::string& log) const {
    std::vector<Json> trials;
    for (const std::string& line : lines_of(folder.read(log))) {
      trials.push_back(Json::parse(line));
      trials.back().erase("seconds");
    }
    return trials;
  }
};

Json last_line(const Result& result) { return Json::parse(lines_of(result.out).back()); }

/// The model that is kept is, byte for byte, what weft train makes with the options of the best
/// trial.
TEST_P(TuneTest, KeepsTheModelThatTrainWouldMake) {
  const std::string task = GetParam();
  const Result result =
      weft(folder, command(task, {"--log", "log.jsonl", "--report", "report.html", "--json"}));
  ASSERT_EQ(result.exit, 0) << result.err;
  const Json line = last_line(result);
  EXPECT_EQ(line["trials"], 5);
  EXPECT_EQ(line["stopped"], "trials");
  EXPECT_EQ(line["done"].get<int>() + line["halved"].get<int>() + line["failed"].get<int>(), 5);
  EXPECT_EQ(trials("log.jsonl").size(), 6u);
  EXPECT_THAT(folder.read("report.html"), HasSubstr("learning-rate"));
  EXPECT_EQ(lines_of(result.err).size(), 5u) << result.err;  // a line a trial

  Words words = {"train",    task, "--train",      data_of(task), "--valid", data_of(task),
                 "--epochs", "2",  "--batch-size", "4",           "--model", "same.weft"};
  words = words + (task == "lm" ? Words{"--bptt", "5"} : Words{"--embedding", "6"});
  for (const auto& [name, value] : line["best"]["options"].items())
    words = words + Words{"--" + name, value.get<std::string>()};
  ASSERT_EQ(weft(folder, words).exit, 0);
  EXPECT_EQ(folder.read("best.weft"), folder.read("same.weft"));
  EXPECT_EQ(weft(folder, {"info", "best.weft", "--verify"}).exit, 0);
}

INSTANTIATE_TEST_SUITE_P(Tasks, TuneTest, ::testing::Values("classifier", "lm"));

TEST_F(TuneTest, ResumedSearchIsTheSame) {
  ASSERT_EQ(weft(folder, command("classifier", {"--log", "whole.jsonl"})).exit, 0);
  const std::string model = folder.read("best.weft");
  Words part = command("classifier", {"--log", "part.jsonl"});
  *(std::find(part.begin(), part.end(), "--trials") + 1) = "3";
  ASSERT_EQ(weft(folder, part).exit, 0);
  EXPECT_EQ(trials("part.jsonl").size(), 4u);
  const Result resumed = weft(folder, command("classifier", {"--resume", "part.jsonl"}));
  ASSERT_EQ(resumed.exit, 0) << resumed.err;
  EXPECT_EQ(trials("part.jsonl"), trials("whole.jsonl"));
  EXPECT_EQ(folder.read("best.weft"), model);

  expect_user_error(
      weft(folder, command("classifier", {"--resume", "part.jsonl", "--dropout", "0.5"})),
      "this search was another one (its dropout)");
  expect_user_error(weft(folder, command("classifier", {"--resume", "best.weft"})), "best.weft");
  std::filesystem::remove(folder / "best.weft");
  expect_user_error(weft(folder, command("classifier", {"--resume", "part.jsonl"})), "is missing");
}

TEST_F(TuneTest, InterruptedSearchKeepsWhatItKnows) {
  Words words = command("classifier", {"--log", "log.jsonl", "--json"});
  *(std::find(words.begin(), words.end(), "--trials") + 1) = "0";
  words = words + Words{"--minutes", "10"};
  WeftProcess process(folder, words, {});
  ASSERT_TRUE(process.wait_for_err("trial 3:")) << process.err();
  process.send(SIGINT);
  const Result result = process.wait();
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_EQ(last_line(result)["stopped"], "interrupted");
  EXPECT_THAT(result.err, HasSubstr("--resume log.jsonl"));
  EXPECT_EQ(trials("log.jsonl").size(), last_line(result)["trials"].get<std::size_t>() + 1);
  EXPECT_EQ(weft(folder, {"info", "best.weft", "--verify"}).exit, 0);
}

TEST_F(TuneTest, FailedTrialsAreRecorded) {
  // Tied weights of other sizes contradict each other: of four combinations, one half fails.
  const Result result = weft(folder, {"tune",
                                      "lm",
                                      "--train",
                                      "mails.txt",
                                      "--valid",
                                      "mails.txt",
                                      "--model",
                                      "m",
                                      "--epochs",
                                      "1",
                                      "--bptt",
                                      "5",
                                      "--hidden",
                                      "6",
                                      "--tie",
                                      "--search",
                                      "output=full,adaptive",
                                      "--search",
                                      "dropout=0,0.1",
                                      "--method",
                                      "grid",
                                      "--trials",
                                      "4",
                                      "--log",
                                      "log",
                                      "--json"});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_EQ(last_line(result)["failed"], 2);
  EXPECT_EQ(last_line(result)["done"], 2);
  EXPECT_THAT(trials("log").back().value("error", ""), HasSubstr("tie"));
  const Result all = weft(folder, {"tune", "lm", "--train", "mails.txt", "--valid", "mails.txt",
                                   "--model", "n", "--epochs", "1", "--hidden", "6", "--tie",
                                   "--output", "adaptive", "--search", "embedding=8,7"});
  EXPECT_EQ(all.exit, 2);
  EXPECT_THAT(all.err, HasSubstr("every trial failed"));
  EXPECT_FALSE(folder.has("n"));
}

TEST_F(TuneTest, OptionsMayStandInAFile) {
  folder.write("run.conf",
               "search = hidden=int:4..8\nsearch = cell=rnn,gru\ntrials = 2\nmethod = random\n"
               "epochs = 1\nbptt = 5\nmodel = m.weft\ntie = yes\n");
  const Result result = weft(folder, {"tune", "lm", "--config", "run.conf", "--train", "mails.txt",
                                      "--valid", "mails.txt", "--json"});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_EQ(last_line(result)["trials"], 2);
  EXPECT_EQ(last_line(result)["best"]["epochs"], 1);
  EXPECT_TRUE(last_line(result)["best"]["options"].contains("cell"));
}

TEST_F(TuneTest, MistakesAreOneSentence) {
  const auto expect_error = [&](const Words& more, const std::string& message) {
    SCOPED_TRACE(::testing::PrintToString(more));
    expect_user_error(weft(folder, Words{"tune", "lm", "--train", "mails.txt", "--valid",
                                         "mails.txt", "--model", "m", "--trials", "3"} +
                                       more),
                      message);
    EXPECT_FALSE(folder.has("m"));
  };
  expect_user_error(weft(folder, {"tune"}), "weft tune needs a task");
  expect_user_error(weft(folder, {"tune", "poem"}), "no task 'poem'");
  expect_error({}, "nothing to search");
  expect_error({"--search", "hiden=int:4..8"}, "unknown option --hiden (did you mean --hidden?)");
  expect_error({"--search", "hidden=int:8..4"}, "empty range");
  expect_error({"--search", "hidden=log:0..4"}, "above zero");
  expect_error({"--search", "hidden=1..5"}, "must be a whole number");
  expect_error({"--search", "hidden=int:0..5"}, "option --hidden must lie between");
  expect_error({"--search", "cell=gru,lstn"},
               "must be one of rnn, gru, lstm, cifg, mogrifier, layer-norm, not 'lstn'");
  expect_error({"--search", "hidden=int:4..8", "--hidden", "6"}, "--hidden is given twice");
  expect_error({"--search", "hidden=int:4..8", "--hiden", "6"}, "unknown option --hiden");
  expect_error({"--search", "seed=int:1..9"}, "take it out of --search");
  expect_error({"--search", "valid=a,b"}, "take it out of --search");
  expect_error({"--search", "vocab-size=int:4..9"}, "changes what is measured");
  expect_error({"--search", "cell=gru,lstm", "--checkpoint", "c"}, "leave out --checkpoint");
  expect_error({"--search", "cell=gru,lstm", "--log", "mails.txt"}, "would overwrite");
  expect_error({"--search", "cell=gru,lstm", "--resume", "none"}, "none");
  expect_error({"--search", "cell=rnn,gru,lstm", "--search", "hidden=4,5", "--method", "grid"},
               "more combinations");
  expect_user_error(weft(folder, {"tune", "lm", "--train", "mails.txt", "--model", "m", "--search",
                                  "cell=gru,lstm"}),
                    "option --valid is missing");
  expect_user_error(weft(folder, {"tune", "lm", "--train", "mails.txt", "--valid", "mails.txt",
                                  "--search", "cell=gru,lstm"}),
                    "option --model is missing");
}

}  // namespace
}  // namespace weft::testing
