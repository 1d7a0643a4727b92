// The command line itself: commands, options, their errors, configuration files.
#include "tiny_models.h"

namespace weft::testing {
namespace {

using ::testing::HasSubstr;

class OptionsTest : public ToolTest {
 protected:
  void expect_error(const Words& words, const std::string& message) {
    SCOPED_TRACE(::testing::PrintToString(words));
    expect_user_error(weft(folder, words), message);
  }
};

TEST_F(OptionsTest, EveryCommandHasHelp) {
  for (const Words& command :
       {Words{}, Words{"train"}, Words{"train", "lm"}, Words{"train", "classifier"},
        Words{"train", "translator"}, Words{"tune"}, Words{"tune", "lm"}, Words{"test"},
        Words{"translate"}, Words{"classify"}, Words{"complete"}, Words{"tokenize"}, Words{"info"},
        Words{"corpora"}, Words{"corpora", "list"}, Words{"corpora", "sample"}, Words{"demo"}}) {
    const Result result = weft(folder, command + Words{"--help"});
    EXPECT_EQ(result.exit, 0);
    EXPECT_THAT(result.out, HasSubstr("weft"));
    EXPECT_EQ(result.err, "");
  }
}

TEST_F(OptionsTest, HelpTellsDefaultsBoundsAndChoices) {
  const std::string help = weft(folder, {"train", "lm", "--help"}).out;
  EXPECT_THAT(help, HasSubstr("--hidden N (=200)"));
  EXPECT_THAT(help, HasSubstr("(1 to 65536)"));
  EXPECT_THAT(help, HasSubstr("rnn | gru | lstm"));
}

TEST_F(OptionsTest, VersionIsOneLine) {
  EXPECT_THAT(weft(folder, {"--version"}).out, ::testing::MatchesRegex("weft [0-9.]+\n"));
}

TEST_F(OptionsTest, MistakesAreOneSentence) {
  expect_error({}, "no command given");
  expect_error({"clasify"}, "unknown command 'clasify'");
  expect_error({"train"}, "needs a task");
  expect_error({"train", "poem"}, "no task 'poem'");
  expect_error({"train", "lm", "--hiden", "3"},
               "unknown option --hiden (did you mean --hidden?); see weft train lm --help");
  expect_error({"train", "lm", "--lr", "3"}, "unknown option --lr; see");
  expect_error({"train", "lm", "--train", "mails.txt", "--model", "m", "--valid", ""}, "--valid");
  expect_error({"test", model("lm"), "--data", "mails.txt", "--format", "tsv"},
               "leave out --format");
  expect_error({"complete", model("lm"), "--interactive", "--input", "mails.txt"}, "--input");
  expect_error({"quantize", model("lm")}, "option --model is missing");
  expect_error({"quantize", model("lm"), "--model", "q.weft"}, "no weight matrix large enough");
  expect_error({"train", "lm", "--hidden", "0"},
               "option --hidden must lie between 1 and 65536, not 0");
  expect_error({"train", "lm", "--hidden", "12x"}, "whole number between 1 and 65536, not '12x'");
  expect_error({"train", "lm", "--hidden", "99999999999999999999"}, "between 1 and 65536");
  expect_error({"train", "lm", "--learning-rate", "nan"}, "option --learning-rate must lie");
  expect_error({"train", "lm", "--learning-rate", "-1"}, "option --learning-rate must lie");
  expect_error({"train", "lm", "--cell", "lstn"},
               "must be one of rnn, gru, lstm, cifg, mogrifier, layer-norm, not 'lstn'");
  expect_error({"train", "lm", "--hidden", "3", "--hidden", "4"}, "given twice");
  expect_error({"train", "lm", "--tie", "--no-tie"}, "given twice");
  expect_error({"train", "lm", "--hidden"}, "--hidden");
  expect_error({"train", "lm", "--model", "x.weft"}, "option --train is missing");
  expect_error({"train", "lm", "--train", "mails.txt"}, "option --model is missing");
  expect_error({"classify"}, "MODEL");
  expect_error({"classify", "a", "b"}, "unexpected argument 'b'");
  expect_error({"classify", "a", "--top", "0"}, "option --top must lie");
  expect_error({"complete", "a", "--count", "0"}, "option --count must lie");
  expect_error({"tokenize", "a", "--idz"}, "did you mean --ids?");
  expect_error({"info", "a", "--verifi"}, "did you mean --verify?");
  expect_error({"test", model("lm")}, "option --data is missing");
  expect_error({"corpora"}, "list or sample");
  expect_error({"corpora", "sample", "novels"}, "novels");
  expect_error({"corpora", "sample", "emails", "--count", "-1"}, "option --count must lie");
  expect_error({"demo", "--seed", "x"}, "option --seed must be a whole number");
}

TEST_F(OptionsTest, OptionsThatOthersLeaveWithoutEffectAreWarnedOf) {
  const Words command = {"train",    "lm",  "--train",     "mails.txt", "--model",   "idle.weft",
                         "--hidden", "4",   "--epochs",    "1",         "--samples", "3",
                         "--beta1",  "0.5", "--optimizer", "sgd",       "--threads", "1"};
  const Result idle = weft(folder, command);
  EXPECT_EQ(idle.exit, 0);
  EXPECT_THAT(idle.err, HasSubstr("warning: option --samples has an effect only with --output "
                                  "sampled\n"));
  EXPECT_THAT(idle.err, HasSubstr("--beta1 has an effect only with --optimizer adam or adamw\n"));
  const Result effective = weft(folder, command + Words{"--output", "sampled"});
  EXPECT_EQ(effective.exit, 0);
  EXPECT_THAT(effective.err, ::testing::Not(HasSubstr("--samples")));
  EXPECT_THAT(effective.err, HasSubstr("--beta1"));
}

TEST_F(OptionsTest, OptionsThatNeedAnotherAreWarnedOfWithoutIt) {
  const Words command = {"test", model("lm"), "--data", "mails.txt", "--cache-theta", "1"};
  EXPECT_THAT(weft(folder, command).err,
              HasSubstr("warning: option --cache-theta has an effect only with --cache-size\n"));
  EXPECT_EQ(weft(folder, command + Words{"--cache-size", "9"}).err, "");
}

TEST_F(OptionsTest, AnOptionMayTakeTwoFiles) {
  folder.write("a.en", "one\ntwo\n");
  folder.write("a b.fr", "un\ndeux\n");
  const Words train = train_words("translator");
  const auto recorded = [&] { return weft(folder, {"info", "m.weft", "--json"}).out; };
  const Result two = weft(folder, train + Words{"--train", "a.en", "a b.fr", "--model", "m.weft"});
  ASSERT_EQ(two.exit, 0) << two.err;
  EXPECT_THAT(recorded(), HasSubstr("\"train\":[\"a.en\",\"a b.fr\"]"));
  ASSERT_EQ(weft(folder, train + Words{"--train", "pairs.tsv", "--model", "m.weft"}).exit, 0);
  EXPECT_THAT(recorded(), HasSubstr("\"train\":\"pairs.tsv\""));

  folder.write("run.conf", "train = a.en \"a b.fr\"\nmodel = m.weft\n");
  const Result config = weft(folder, train + Words{"--config", "run.conf"});
  ASSERT_EQ(config.exit, 0) << config.err;
  EXPECT_THAT(recorded(), HasSubstr("\"train\":[\"a.en\",\"a b.fr\"]"));

  expect_error(train + Words{"--train", "a.en", "a b.fr", "c", "--model", "m"},
               "unexpected argument 'c'");
  folder.write("run.conf", "train = a b c\nmodel = m.weft\n");
  expect_error(train + Words{"--config", "run.conf"}, "run.conf:1: option train takes at most 2");
  expect_error(train + Words{"--train", "", "--model", "m"}, "option --train is missing");
  expect_error({"train", "lm", "--train", "a.en", "a b.fr", "--model", "m"},
               "unexpected argument 'a b.fr'");
  // The model may stand behind the data.
  EXPECT_EQ(weft(folder, {"test", "--data", "mails.txt", model("lm")}).exit, 0);
  EXPECT_EQ(weft(folder, {"test", "--data", "a.en", "a b.fr", "m.weft"}).exit, 0);
  expect_error({"test", model("lm"), "--data", "mails.txt", "a.en"}, "is measured on one file");
}

TEST_F(OptionsTest, ThreadsAndSeedAreEverywhere) {
  for (const Words& words : {Words{"classify", model("classifier")}, Words{"complete", model("lm")},
                             Words{"tokenize", model("lm")}, Words{"info", model("lm")},
                             Words{"corpora", "sample", "emails"}})
    EXPECT_EQ(weft(folder, words + Words{"--threads", "1", "--seed", "2"}).exit, 0) << words[0];
}

TEST_F(OptionsTest, OutputKindsThatDoNotFit) {
  const auto expect = [&](const Words& more, const std::string& message) {
    expect_error(train_words("lm") + Words{"--train", "mails.txt", "--model", "m.weft"} + more,
                 message);
  };
  expect({"--output", "half"}, "must be one of full, adaptive, sampled, mixture");
  expect({"--cutoffs", "4"}, "--cutoffs needs --output adaptive");
  expect({"--output", "adaptive", "--cutoffs", "4,4"}, "--cutoffs must rise");
  expect({"--output", "adaptive", "--cutoffs", "4,9999"}, "--cutoffs must rise and lie below");
  expect({"--output", "adaptive", "--cutoffs", "0"}, "option --cutoffs must lie");
  expect({"--output", "adaptive", "--tie"}, "--tie needs --output full, sampled or mixture");
  expect({"--samples", "0"}, "option --samples must lie");
  expect({"--output", "mixture", "--mixture-components", "0"},
         "option --mixture-components must lie");
  expect({"--tie", "--last-hidden", "5"}, "--last-hidden must be as large as the embedding");
}

TEST_F(OptionsTest, ConfigurationFileCountsWhereTheCommandLineIsSilent) {
  folder.write("run.conf",
               "# a comment\n\n  hidden = 5\nepochs=1\r\ntie = yes\nstrip-control = false\n");
  const Result result = weft(folder, {"train", "lm", "--config", "run.conf", "--hidden", "7",
                                      "--train", "mails.txt", "--model", "m.weft"});
  ASSERT_EQ(result.exit, 0) << result.err;
  const std::string info = weft(folder, {"info", "m.weft", "--json"}).out;
  EXPECT_THAT(info, HasSubstr("\"hidden\":7"));
  EXPECT_THAT(info, HasSubstr("\"tie\":true"));
  EXPECT_THAT(info, HasSubstr("\"strip-control\":false"));
}

TEST_F(OptionsTest, ConfigurationMistakesNameTheLine) {
  const auto expect = [&](const std::string& text, const std::string& message) {
    folder.write("run.conf", text);
    expect_error({"train", "lm", "--config", "run.conf"}, message);
  };
  expect("hidden = 5\nhiden = 5\n", "run.conf:2: unknown option 'hiden' (did you mean hidden?)");
  expect("\nhidden = none\n", "run.conf:2: option hidden must be a whole number");
  expect("hidden = 5\nhidden = 6\n", "run.conf:2: option hidden is given twice");
  expect("hidden\n", "run.conf:1: an option is written 'name = value'");
  expect("no-tie = true\n", "run.conf:1: a file says it without 'no-'; write tie = no");
  expect("config = other.conf\n", "run.conf:1: option config belongs on the command line");
  expect("zzzzzzzzzz = 1\n", "unknown option 'zzzzzzzzzz'; see weft train lm --help");
  expect("tie = perhaps\n", "run.conf:1: option tie must be true or false");
  expect_error({"train", "lm", "--config", "none.conf"}, "none.conf");
}

TEST_F(OptionsTest, FullStandardOutputIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  WeftProcess::Options options;
  options.out = "/dev/full";
  expect_user_error(weft(folder, {"corpora", "sample", "emails"}, options),
                    "standard output cannot be written");
}

}  // namespace
}  // namespace weft::testing
