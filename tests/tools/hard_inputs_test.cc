// Files that no command may stumble over: one sentence and exit 2, or an answer; never a crash, a
// half-written file, or an earlier file harmed.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "tiny_models.h"

namespace weft::testing {
namespace {

enum class Outcome { works, fails, either };

struct HardFile {
  const char* name;
  Outcome as_text, as_opinions;
  const char* message;  // of the error
};

constexpr HardFile kFiles[] = {
    {"missing", Outcome::fails, Outcome::fails, "missing"},
    {"folder", Outcome::fails, Outcome::fails, "directory"},
    {"empty", Outcome::fails, Outcome::fails, "empty"},
    {"one line", Outcome::works, Outcome::either, "one line"},
    {"junk", Outcome::fails, Outcome::fails, "junk"},
    {"cut.gz", Outcome::fails, Outcome::fails, "cut.gz: byte"},
    {"nul", Outcome::fails, Outcome::fails, "nul:2:"},
    {"latin1", Outcome::fails, Outcome::fails, "latin1:2:"},
    {"crlf", Outcome::works, Outcome::works, ""},
    {"mark", Outcome::works, Outcome::works, ""},
    {"long", Outcome::works, Outcome::works, ""},
};

std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return result;
}

/// 0x1f 0x8b and a header, then the beginning of a stored block that never comes to its end.
std::string cut_gzip() {
  return std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x00\xff\x00\x00\xff", 15) + "some text";
}

class HardInputsTest : public ToolTest {
 protected:
  /// `text` in all the ways that are hard to read.
  void make_files(const std::string& text) {
    const std::string line = text.substr(0, text.find('\n') + 1);
    std::filesystem::create_directory(folder / "folder");
    folder.write("empty", "");
    folder.write("one line", line);
    std::string junk;
    for (unsigned i = 0, x = 12345; i < 10000; ++i) {
      x = x * 1664525u + 1013904223u;
      junk += static_cast<char>(x >> 24);
    }
    folder.write("junk", junk);
    folder.write("cut.gz", cut_gzip());
    folder.write("nul", line + line.substr(0, 12) + '\0' + "more\n" + line);
    folder.write("latin1", line + line.substr(0, 12) + "caf\xe9\n");
    folder.write("crlf", with_crlf(text));
    folder.write("mark", "\xEF\xBB\xBF" + text);
    folder.write("long", text + line.substr(0, 12) + std::string(10 << 20, 'x') + "\n");
  }

  void expect(const Result& result, Outcome outcome, const char* message) {
    if (outcome == Outcome::either && result.exit == 0) return;
    if (outcome != Outcome::works) return expect_user_error(result, message);
    EXPECT_EQ(result.exit, 0) << "signal " << result.signal << "\n" << result.err;
  }

  void train_on_hard_files(const std::string& task) {
    make_files(folder.read(data_of(task)));
    for (const HardFile& file : kFiles) {
      SCOPED_TRACE(file.name);
      folder.write("m.weft", "an earlier file");
      const Result result = train(task, "m.weft", file.name);
      expect(result, task == "lm" ? file.as_text : file.as_opinions, file.message);
      if (result.exit == 0) {
        EXPECT_EQ(weft(folder, {"info", "m.weft", "--verify"}).exit, 0);
      } else {
        EXPECT_EQ(folder.read("m.weft"), "an earlier file");
      }
      EXPECT_FALSE(folder.has("m.weft.checkpoint"));
    }
  }

  void test_on_hard_files(const std::string& task) {
    make_files(folder.read(data_of(task)));
    const std::string name = model(task);
    for (const HardFile& file : kFiles) {
      SCOPED_TRACE(file.name);
      const Result result = weft(folder, {"test", name, "--data", file.name});
      const Outcome one_line = Outcome::works;
      const bool is_one_line = std::string(file.name) == "one line";
      expect(result, is_one_line ? one_line : file.as_text, file.message);
    }
  }

  /// Commands that answer lines read anything that has lines.
  void answer_hard_files(const Words& command) {
    make_files(mails());
    for (const HardFile& file : kFiles) {
      SCOPED_TRACE(file.name);
      const Result result = weft(folder, command + Words{"--input", file.name});
      const std::string name = file.name;
      if (name == "missing" || name == "folder" || name == "cut.gz") {
        expect_user_error(result, file.message);
        continue;
      }
      EXPECT_EQ(result.exit, 0) << result.err;
      const std::string text = folder.read(name);
      const bool open_end = !text.empty() && text.back() != '\n';
      EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'),
                std::count(text.begin(), text.end(), '\n') + open_end);
    }
  }
};

TEST_F(HardInputsTest, TrainLm) { train_on_hard_files("lm"); }
TEST_F(HardInputsTest, TrainClassifier) { train_on_hard_files("classifier"); }
TEST_F(HardInputsTest, TrainTranslator) { train_on_hard_files("translator"); }
TEST_F(HardInputsTest, TestTranslator) { test_on_hard_files("translator"); }
TEST_F(HardInputsTest, TestLm) { test_on_hard_files("lm"); }
TEST_F(HardInputsTest, TestClassifier) { test_on_hard_files("classifier"); }
TEST_F(HardInputsTest, Classify) { answer_hard_files({"classify", model("classifier")}); }
TEST_F(HardInputsTest, Complete) {
  answer_hard_files({"complete", model("lm"), "--max-tokens", "2", "--search", "greedy"});
}
TEST_F(HardInputsTest, Translate) {
  answer_hard_files({"translate", model("translator"), "--beam", "2"});
}
TEST_F(HardInputsTest, Tokenize) { answer_hard_files({"tokenize", model("lm")}); }

TEST_F(HardInputsTest, HundredThousandsOfWordsInALine) {
  std::string line;
  for (int i = 0; i < 200000; ++i) line += "good car ";
  folder.write("line", line + "\n");
  folder.write("labelled", "positive\t" + line + "\n" + opinions());
  for (const Words& command :
       {Words{"classify", model("classifier"), "--input", "line"},
        Words{"complete", model("lm"), "--max-tokens", "1", "--input", "line"},
        Words{"test", model("lm"), "--data", "line"},
        Words{"test", model("classifier"), "--data", "labelled"}}) {
    const Result result = weft(folder, command);
    EXPECT_EQ(result.exit, 0) << command[0] << result.err;
  }
  const Result result = train("classifier", "m.weft", "labelled");
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.err, ::testing::HasSubstr("1 texts are longer than --max-length 5000"));
}

TEST_F(HardInputsTest, LineEndsAndMarkChangeNothing) {
  make_files(opinions());
  ASSERT_EQ(train("classifier", "plain.weft", "opinions.tsv").exit, 0);
  for (const char* name : {"crlf", "mark"}) {
    ASSERT_EQ(train("classifier", "other.weft", name).exit, 0);
    const Words test = {"--data", "opinions.tsv", "--json"};
    EXPECT_EQ(weft(folder, Words{"test", "plain.weft"} + test).out,
              weft(folder, Words{"test", "other.weft"} + test).out)
        << name;
  }
}

TEST_F(HardInputsTest, UnknownLabelNamesItsLine) {
  folder.write("new.tsv", opinions() + "undecided\tthis is a car\n");
  expect_user_error(weft(folder, {"test", model("classifier"), "--data", "new.tsv"}),
                    "new.tsv:41: the model does not know the label \"undecided\"");
}

TEST_F(HardInputsTest, ValidationFileIsCheckedBeforeTraining) {
  make_files(opinions());
  folder.write("new.tsv", opinions() + "undecided\tthis is a car\n");
  for (const auto& [name, message] :
       {std::pair{"empty", "empty: "},
        {"latin1", "latin1:2:"},
        {"junk", "junk"},
        {"new.tsv", "new.tsv:41: the model does not know the label \"undecided\""}}) {
    SCOPED_TRACE(name);
    const Result result = train("classifier", "m.weft", "opinions.tsv", {"--valid", name});
    expect_user_error(result, message);
    EXPECT_THAT(result.err, ::testing::Not(::testing::HasSubstr("epoch")));
    EXPECT_FALSE(folder.has("m.weft"));
  }
}

TEST_F(HardInputsTest, WhatIsNoModelIsNamed) {
  make_files(mails());
  folder.write("text", mails());
  for (const char* command : {"test", "classify", "complete", "translate", "tokenize", "info"}) {
    for (const char* file : {"missing", "folder", "empty", "junk", "cut.gz", "text"}) {
      SCOPED_TRACE(std::string(command) + " " + file);
      Words words = {command, file};
      if (words[0] == "test") words = words + Words{"--data", "text"};
      expect_user_error(weft(folder, words), file);
    }
  }
}

TEST_F(HardInputsTest, ModelOfTheWrongKind) {
  expect_user_error(weft(folder, {"classify", model("lm")}), "language model");
  expect_user_error(weft(folder, {"complete", model("classifier")}), "classifier");
  expect_user_error(weft(folder, {"translate", model("classifier")}), "classifier");
  expect_user_error(weft(folder, {"classify", model("translator")}), "translator");
}

TEST_F(HardInputsTest, TruncatedModel) {
  const std::string bytes = folder.read(model("classifier"));
  // Each region of the file is cut: the length, the header, the tensors, the last byte.
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{100},
                                 bytes.size() / 2, bytes.size() - 1}) {
    folder.write("cut.weft", bytes.substr(0, size));
    SCOPED_TRACE(size);
    expect_user_error(weft(folder, {"classify", "cut.weft"}), "cut.weft");
  }
}

TEST_F(HardInputsTest, OneFlippedByte) {
  const std::string bytes = folder.read(model("lm"));
  for (std::size_t place = 0; place < bytes.size(); place += bytes.size() / 12 + 1) {
    std::string flipped = bytes;
    flipped[place] = static_cast<char>(flipped[place] ^ 0x10);
    folder.write("flipped.weft", flipped);
    SCOPED_TRACE(place);
    expect_user_error(weft(folder, {"info", "flipped.weft"}), "flipped.weft");
  }
}

TEST_F(HardInputsTest, OutputThatCannotBeWritten) {
  for (const char* option : {"--model", "--log", "--report", "--checkpoint"}) {
    for (const char* path : {"none/file", "folder", "mails.txt/file"}) {
      SCOPED_TRACE(std::string(option) + " " + path);
      std::filesystem::create_directory(folder / "folder");
      Words words = train_words("lm") + Words{"--train", "mails.txt", option, path};
      if (std::string(option) != "--model") words = words + Words{"--model", "m.weft"};
      expect_user_error(weft(folder, words), path);
      EXPECT_FALSE(folder.has("m.weft"));
    }
  }
  expect_user_error(weft(folder, {"demo", "--out", "none/file.html"}), "none/file.html");
}

TEST_F(HardInputsTest, FullDiskLeavesTheEarlierFile) {
  folder.write("m.weft", "an earlier file");
  WeftProcess::Options options;
  options.file_limit = 4096;
  const Words words = train_words("lm") + Words{"--train", "mails.txt", "--model", "m.weft"};
  const Result result = weft(folder, words, options);
  expect_user_error(result, "m.weft");
  EXPECT_EQ(folder.read("m.weft"), "an earlier file");
  // No temporary file is left, either.
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(name == "m.weft" || name == "mails.txt" || name == "opinions.tsv" ||
                name == "pairs.tsv")
        << name;
  }
}

/// A file system of 64 KiB that only this process and its children see; false if that is not
/// permitted here.
bool mount_small_disk(const std::string& path) {
  const int name_spaces = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS;
  return unshare(name_spaces) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", path.c_str(), "tmpfs", 0, "size=64k") == 0;
}

TEST_F(HardInputsTest, FullDisk) {
  const std::string disk = folder / "disk";
  std::filesystem::create_directory(disk);
  if (!mount_small_disk(disk)) GTEST_SKIP() << "no file system can be mounted here";
  const std::string earlier = "an earlier file";
  for (const std::string task : {"lm", "classifier", "translator"}) {
    folder.write("disk/m.weft", earlier);
    Words words = train_words(task) + Words{"--train", data_of(task), "--model", "disk/m.weft"};
    *(std::find(words.begin(), words.end(), "--hidden") + 1) = "256";
    expect_user_error(weft(folder, words), "disk/m.weft");
    EXPECT_EQ(folder.read("disk/m.weft"), earlier);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(disk), {}), 1);
  }
  // What was learned is not lost where a checkpoint has room.
  Words words = train_words("lm") + Words{"--train",     "mails.txt",    "--model",
                                          "disk/m.weft", "--checkpoint", "kept.checkpoint"};
  *(std::find(words.begin(), words.end(), "--hidden") + 1) = "256";
  expect_user_error(weft(folder, words), "--resume kept.checkpoint");
  EXPECT_EQ(weft(folder, {"train", "lm", "--resume", "kept.checkpoint", "--model", "m.weft"}).exit,
            0);
  WeftProcess::Options options;
  options.out = folder / "disk/out";
  expect_user_error(weft(folder, {"corpora", "sample", "emails", "--count", "5000"}, options),
                    "standard output cannot be written");
  umount(disk.c_str());
}

}  // namespace
}  // namespace weft::testing
