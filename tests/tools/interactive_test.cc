// weft complete --interactive through a pseudo-terminal.
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "tests/tools/tiny_models.h"

namespace weft::testing {
namespace {

using ::testing::HasSubstr;

/// The row the cursor is in, as a terminal would show it; wide characters take two columns.
class Screen {
 public:
  void show(const std::string& bytes) {
    pending_ += bytes;
    while (!pending_.empty() && step()) {
    }
  }
  /// Ghost text in braces.
  std::string row() const {
    std::string result;
    bool ghost = false;
    for (const Column& column : columns_) {
      if (column.ghost != ghost) result += column.ghost ? '{' : '}';
      ghost = column.ghost;
      result += column.text;
    }
    return ghost ? result + '}' : result;
  }
  std::size_t cursor() const { return cursor_; }
  const std::vector<std::string>& left() const { return left_; }

 private:
  struct Column {
    std::string text;
    bool ghost = false;
  };

  bool step() {
    const auto byte = static_cast<unsigned char>(pending_[0]);
    if (byte == 0x1B) return escape();
    if (byte == '\r') {
      cursor_ = 0;
    } else if (byte == '\n') {
      left_.push_back(row());
      columns_.clear();
    } else {
      return put(byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4);
    }
    pending_.erase(0, 1);
    return true;
  }

  bool put(std::size_t bytes) {
    if (pending_.size() < bytes) return false;
    const std::string text = pending_.substr(0, bytes);
    pending_.erase(0, bytes);
    const bool wide = bytes == 4 || (bytes == 3 && text >= "\xE3\x80");
    if (columns_.size() < cursor_ + (wide ? 2 : 1)) columns_.resize(cursor_ + (wide ? 2 : 1));
    columns_[cursor_++] = {text, ghost_};
    if (wide) columns_[cursor_++] = {"", ghost_};
    return true;
  }

  bool escape() {
    const std::size_t end = pending_.find_first_of("CJKm");
    if (end == std::string::npos) return false;
    const int number = std::atoi(pending_.c_str() + 2);
    if (pending_[end] == 'C') cursor_ += static_cast<std::size_t>(number);
    if (pending_[end] == 'J' || pending_[end] == 'K')
      columns_.resize(std::min(columns_.size(), cursor_));
    if (pending_[end] == 'm') ghost_ = number == 90;
    pending_.erase(0, end + 1);
    return true;
  }

  std::string pending_;
  std::vector<Column> columns_;
  std::vector<std::string> left_;
  std::size_t cursor_ = 0;
  bool ghost_ = false;
};

class InteractiveTest : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    std::string text;
    for (int k = 0; k < 20; ++k)
      text += "thank you for the letter 日本 今日\nbest wishes from Anna\n";
    folder.write("lines.txt", text);
    ASSERT_EQ(weft(folder, {"train", "lm", "--arch", "ngram", "--order", "4", "--train",
                            "lines.txt", "--model", "n.weft", "--tokenizer", "unicode-words"})
                  .exit,
              0);
  }
  void TearDown() override {
    if (slave_ >= 0) close(slave_);
    if (master_ >= 0) close(master_);
  }

  void start(unsigned short columns = 80, Words more = {}) {
    const winsize size{24, columns, 0, 0};
    ASSERT_EQ(openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
    tcgetattr(slave_, &before_);
    WeftProcess::Options options;
    options.input_descriptor = slave_;
    if (file_.empty())
      options.output_descriptor = slave_;
    else
      options.out = file_;
    process_ = std::make_unique<WeftProcess>(
        folder, Words{"complete", "n.weft", "--interactive"} + more, options);
    // Before, the terminal itself echoes.
    termios now = before_;
    for (int k = 0; k < 1000 && (now.c_lflag & ICANON); ++k) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      tcgetattr(slave_, &now);
    }
  }

  void type(const std::string& keys) {
    ASSERT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void leave() {
    type("\x04");
    EXPECT_EQ(process_->wait().exit, 0);
  }
  /// Waits until the row looks like that.
  ::testing::AssertionResult shows(const std::string& row) {
    for (int k = 0; k < 500; ++k) {
      if (screen_.row() == row) return ::testing::AssertionSuccess();
      read_some(20);
    }
    return ::testing::AssertionFailure()
           << "shows '" << screen_.row() << "' instead of '" << row << "'";
  }
  void read_some(int patience) {
    pollfd waiting{master_, POLLIN, 0};
    if (poll(&waiting, 1, patience) <= 0) return;
    char bytes[4096];
    const ssize_t count = read(master_, bytes, sizeof bytes);
    if (count <= 0) return;
    received_ += static_cast<std::size_t>(count);
    screen_.show(std::string(bytes, static_cast<std::size_t>(count)));
  }

  std::string file_;
  int master_ = -1, slave_ = -1;
  termios before_{};
  Screen screen_;
  std::size_t received_ = 0;
  std::unique_ptr<WeftProcess> process_;
};

constexpr const char* kUp = "\x1B[A";
constexpr const char* kLeft = "\x1B[D";
constexpr const char* kWordRight = "\x1B[1;5C";

TEST_F(InteractiveTest, TabTakesTheGreyText) {
  start();
  type("thank");
  EXPECT_TRUE(shows("thank{ you for the letter 日本 今日}"));
  EXPECT_EQ(screen_.cursor(), 5u);
  type("\t");
  EXPECT_TRUE(shows("thank you for the letter 日本 今日"));
  EXPECT_EQ(screen_.cursor(), 34u);
  type("\x7F\x7F");
  EXPECT_TRUE(shows("thank you for the letter 日本 {今日}"));
  EXPECT_EQ(screen_.cursor(), 30u);
  leave();
}

TEST_F(InteractiveTest, ChoosesAmongAlternatives) {
  std::string text;
  for (int k = 0; k < 30; ++k) text += k % 3 == 0 ? "I like cake\n" : "I like tea\n";
  folder.write("both.txt", text);
  ASSERT_EQ(weft(folder, {"train", "lm", "--arch", "ngram", "--train", "both.txt", "--model",
                          "n.weft", "--tokenizer", "unicode-words"})
                .exit,
            0);
  start(80, {"--min-confidence", "0.1"});
  type("I like");
  EXPECT_TRUE(shows("I like{ tea}"));
  type(kUp);
  EXPECT_TRUE(shows("I like{ cake}"));
  type(kUp);
  EXPECT_TRUE(shows("I like{ tea}"));
  type("\x1B");  // hides it
  EXPECT_TRUE(shows("I like"));
  type(" c");
  EXPECT_TRUE(shows("I like c{ake}"));
  type("\t");
  EXPECT_TRUE(shows("I like cake"));
  type("\x03");
  EXPECT_EQ(process_->wait().exit, 0);
}

TEST_F(InteractiveTest, TakesAWordAndEditsInside) {
  start();
  type("best");
  EXPECT_TRUE(shows("best{ wishes from Anna}"));
  type(kWordRight);
  EXPECT_TRUE(shows("best wishes{ from Anna}"));
  type(std::string(kLeft) + kLeft);
  EXPECT_TRUE(shows("best wishes"));
  EXPECT_EQ(screen_.cursor(), 9u);
  type("日");
  EXPECT_TRUE(shows("best wish日es"));
  EXPECT_EQ(screen_.cursor(), 11u);
  type("\x15");  // to the beginning
  EXPECT_TRUE(shows("es"));
  EXPECT_EQ(screen_.cursor(), 0u);
  leave();
}

// Nobody takes what he has not seen.
TEST_F(InteractiveTest, TabsInABurstTakeNothing) {
  start();
  type("best\twishes\t");
  EXPECT_TRUE(shows("bestwishes"));
  leave();
}

// The row stayed as it was before, until the next key.
TEST_F(InteractiveTest, ABurstMayEndInAnArrow) {
  start();
  type(std::string("best") + kUp);
  EXPECT_TRUE(shows("best{ wishes from Anna}"));
  leave();
}

TEST_F(InteractiveTest, EveryLineBeginsWithASuggestion) {
  start();
  for (int k = 0; screen_.row().empty() && k < 100; ++k) read_some(20);
  const std::string first = screen_.row();
  EXPECT_THAT(first, HasSubstr("{"));
  for (const char* end : {"\r", "\r\n", "\n"}) {
    type(std::string("best") + end);
    EXPECT_TRUE(shows(first));
  }
  leave();
}

// A key that adds to the line costs a few bytes, not a whole row.
TEST_F(InteractiveTest, WritesLittle) {
  start();
  type("thank you");
  EXPECT_TRUE(shows("thank you{ for the letter 日本 今日}"));
  const std::size_t before = received_;
  type(" ");
  EXPECT_TRUE(shows("thank you {for the letter 日本 今日}"));
  EXPECT_LT(received_ - before, 60u);
  type("\x04");
  process_->wait();
}

TEST_F(InteractiveTest, NarrowTerminalsShowTheCursor) {
  start(20);
  type("one two three four five");
  for (int k = 0; k < 20 && screen_.row().find("five") == std::string::npos; ++k) read_some(100);
  EXPECT_THAT(screen_.row(), HasSubstr("five"));
  EXPECT_LT(screen_.cursor(), 20u);
  // What Tab would take was behind the end of the row.
  type("\x15");
  type("thank you for the");
  EXPECT_TRUE(shows(" you for the{ letter}"));
  leave();
}

TEST_F(InteractiveTest, IsDrawnAnewInAWindowOfAnotherWidth) {
  start();
  type("thank you");
  EXPECT_TRUE(shows("thank you{ for the letter 日本 今日}"));
  for (const auto& [columns, row] :
       {std::pair<unsigned short, const char*>{20, "thank you{ for the l}"},
        {80, "thank you{ for the letter 日本 今日}"}}) {
    const winsize size{24, columns, 0, 0};
    ASSERT_EQ(ioctl(master_, TIOCSWINSZ, &size), 0);
    EXPECT_TRUE(shows(row));
    EXPECT_EQ(screen_.cursor(), 9u);
  }
  leave();
}

// A pasted line's two bytes ended two lines.
TEST_F(InteractiveTest, ALineEndOfTwoBytesIsOne) {
  file_ = folder / "letter.txt";
  start();
  type("one\r\ntwo\n\nthree\xC2\x85\xFF\r\x04");
  EXPECT_EQ(process_->wait().exit, 0);
  EXPECT_EQ(folder.read("letter.txt"), "one\ntwo\n\nthree\uFFFD\n");
}

TEST_F(InteractiveTest, WholeLinesAreSuggested) {
  start(80, {"--whole-line", "--max-tokens", "20"});
  type("best");
  EXPECT_TRUE(shows("best{ wishes from Anna}"));
  leave();
}

TEST_F(InteractiveTest, LinesGoToAFile) {
  file_ = folder / "letter.txt";
  start();
  type("thank you");
  process_->wait_for_err("thank you");
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  type("\t\rbest\r\x04");
  EXPECT_EQ(process_->wait().exit, 0);
  EXPECT_EQ(folder.read("letter.txt"), "thank you for the letter 日本 今日\nbest\n");
}

TEST_F(InteractiveTest, TheTerminalIsAsBefore) {
  for (const int signal : {0, SIGTERM, SIGQUIT}) {
    start();
    type("best");
    EXPECT_TRUE(shows("best{ wishes from Anna}"));
    if (signal)
      process_->send(signal);
    else
      type("\x04");
    process_->wait();
    termios after{};
    tcgetattr(slave_, &after);
    EXPECT_EQ(after.c_lflag, before_.c_lflag);
    EXPECT_EQ(after.c_iflag, before_.c_iflag);
    screen_ = Screen();
    TearDown();
  }
  slave_ = master_ = -1;
}

TEST_F(InteractiveTest, NeedsATerminal) {
  const Result result = weft(folder, {"complete", "n.weft", "--interactive"});
  EXPECT_EQ(result.exit, 2);
  EXPECT_THAT(result.err, HasSubstr("terminal"));
}

}  // namespace
}  // namespace weft::testing
