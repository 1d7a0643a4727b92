#include "corpora/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "temporary_files.h"

namespace weft {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> all_lines(const std::string& path, const LineReaderOptions& options = {}) {
  LineReader reader(path, options);
  std::vector<std::string> lines;
  std::string line;
  while (reader.next(line)) {
    lines.push_back(line);
    EXPECT_EQ(reader.line_number(), lines.size());
  }
  EXPECT_FALSE(reader.next(line));
  return lines;
}

LineReaderOptions encoded(const std::string& encoding) {
  LineReaderOptions options;
  options.encoding = encoding;
  return options;
}

/// Text that does not pack well, so that archives are cut in their data.
std::string noisy_text(std::size_t lines) {
  std::mt19937 random(7);
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    for (int k = 0; k < 40; ++k) text += static_cast<char>('a' + random() % 26);
    text += '\n';
  }
  return text;
}

class LineReaderTest : public ::testing::Test {
 protected:
  std::vector<std::string> lines_of(std::string_view bytes, const LineReaderOptions& options = {}) {
    return all_lines(files_.write("text", bytes), options);
  }
  std::string complaint_about(std::string_view bytes, const LineReaderOptions& options = {},
                              const std::string& name = "text") {
    const std::string path = files_.write(name, bytes);
    const std::string message = complaint([&] { all_lines(path, options); });
    if (message.empty()) return message;
    EXPECT_THAT(message, StartsWith(path + ":"));
    return message.substr(path.size());
  }
  TemporaryFiles files_;
};

TEST_F(LineReaderTest, LineEnds) {
  EXPECT_THAT(lines_of(""), IsEmpty());
  EXPECT_THAT(lines_of("\n"), ElementsAre(""));
  EXPECT_THAT(lines_of("one"), ElementsAre("one"));
  EXPECT_THAT(lines_of("one\n"), ElementsAre("one"));
  EXPECT_THAT(lines_of("one\n\n two \n"), ElementsAre("one", "", " two "));
  EXPECT_THAT(lines_of("one\r\n\r\ntwo\r\n"), ElementsAre("one", "", "two"));
  EXPECT_THAT(lines_of("a\rb\n"), ElementsAre("a\rb"));
}

TEST_F(LineReaderTest, ByteOrderMarks) {
  EXPECT_THAT(lines_of("\xef\xbb\xbfone\n"), ElementsAre("one"));
  EXPECT_THAT(lines_of("\xef\xbb\xbf"), IsEmpty());
  EXPECT_THAT(lines_of("one\n\xef\xbb\xbftwo"), ElementsAre("one", "\xef\xbb\xbftwo"));
  EXPECT_THAT(lines_of("\xff\xfe\xe9\0\r\0\n\0b\0"s), ElementsAre("\xc3\xa9", "b"));
  EXPECT_THAT(lines_of("\xfe\xff\0\xe9\0\n\0b"s), ElementsAre("\xc3\xa9", "b"));
  EXPECT_THAT(lines_of(gzip("\xef\xbb\xbfone\n")), ElementsAre("one"));
}

TEST_F(LineReaderTest, NamedEncodings) {
  EXPECT_THAT(lines_of("caf\xe9\r\nb", encoded("latin1")), ElementsAre("caf\xc3\xa9", "b"));
  EXPECT_THAT(lines_of("a\0\n\0b\0"s, encoded("utf-16le")), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("\xff\xfe"
                       "a\0\n\0b\0"s,
                       encoded("utf-16le")),
              ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("\xff\xfe"
                       "a\0\n\0b\0"s,
                       encoded("utf-16")),
              ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("caf\xc3\xa9", encoded("UTF8")), ElementsAre("caf\xc3\xa9"));
  EXPECT_THAT(complaint_about("\xff\xfe"
                              "a\0\n"s),
              HasSubstr("byte"));
  files_.write("text", "a");
  EXPECT_THAT(complaint([&] { all_lines(files_.path("text"), encoded("klingon")); }),
              HasSubstr("klingon"));
}

TEST_F(LineReaderTest, ConvertsAcrossBlocks) {
  std::string utf16 = "\xff\xfe";
  std::string expected;
  for (int i = 0; i < 400'000; ++i) {
    utf16 += "\x3d\xd8\x00\xde"s;  // U+1F600, a surrogate pair
    expected += "\xf0\x9f\x98\x80";
  }
  utf16.erase(2, 2);  // half a pair ahead: pairs now straddle the blocks
  utf16.insert(2, "\xe9\0"s);
  utf16.erase(4, 2);
  expected = "\xc3\xa9" + expected.substr(4);
  EXPECT_THAT(lines_of(utf16), ElementsAre(expected));
}

TEST_F(LineReaderTest, NamesLineAndColumnOfWhatIsInvalid) {
  EXPECT_THAT(complaint_about("good\nab\xe9 c\n"), StartsWith(":2:3: "));
  EXPECT_THAT(complaint_about("good\nab\xe9 c\n"), HasSubstr("--encoding"));
  EXPECT_THAT(complaint_about("good\n\nabc\xc3"), StartsWith(":3:4: "));
  EXPECT_THAT(complaint_about("\xef\xbb\xbf\xff"), StartsWith(":1:1: "));
  EXPECT_THAT(complaint_about("good\nab\0c\n"s), StartsWith(":2:3: a NUL byte"));
  EXPECT_THAT(complaint_about("a\0b\0"s), HasSubstr("utf-16"));
}

TEST_F(LineReaderTest, RepairsWhereEveryLineIsAnswered) {
  LineReaderOptions options;
  options.repair = true;
  EXPECT_THAT(lines_of("a\xe9"
                       "b\nc\0d\n"s,
                       options),
              ElementsAre("a\xef\xbf\xbd"
                          "b",
                          "c\xef\xbf\xbd"
                          "d"));
}

TEST_F(LineReaderTest, LinesLongerThanABlock) {
  const std::string text(10 << 20, 'x');
  EXPECT_THAT(lines_of("a\n" + text + "\nb"), ElementsAre("a", text, "b"));
  LineReaderOptions options;
  options.max_line_bytes = text.size();
  EXPECT_THAT(lines_of(text, options), SizeIs(1));
  options.max_line_bytes = text.size() - 1;
  EXPECT_THAT(complaint_about("a\n" + text, options), StartsWith(":2: the line is longer than"));
}

TEST_F(LineReaderTest, PeekLeavesTheLine) {
  LineReader reader(files_.write("text", "one\ntwo"));
  std::string line;
  ASSERT_TRUE(reader.peek(line));
  EXPECT_EQ(line, "one");
  EXPECT_EQ(reader.line_number(), 0u);
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, "one");
  EXPECT_EQ(reader.line_number(), 1u);
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, "two");
  EXPECT_FALSE(reader.peek(line));
}

TEST_F(LineReaderTest, UnpacksWhateverTheNameIs) {
  const std::string text = noisy_text(20'000);
  const auto expected = lines_of(text);
  EXPECT_EQ(lines_of(gzip(text)), expected);
  EXPECT_EQ(lines_of(xz(text)), expected);
  EXPECT_EQ(all_lines(files_.write("named.gz", text)), expected);
  EXPECT_EQ(read_file(files_.write("packed.xz", xz(text))), text);
  EXPECT_THAT(lines_of(gzip("")), IsEmpty());
  EXPECT_THAT(lines_of(xz("")), IsEmpty());
}

TEST_F(LineReaderTest, ConcatenatedArchivesAreOneText) {
  EXPECT_THAT(lines_of(gzip("one\ntw") + gzip("") + gzip("o\n")), ElementsAre("one", "two"));
  EXPECT_THAT(lines_of(gzip("one\n") + std::string(1000, '\0')), ElementsAre("one"));
  EXPECT_THAT(lines_of(xz("one\ntw") + xz("o\n")), ElementsAre("one", "two"));
}

TEST_F(LineReaderTest, TruncatedArchivesAtEveryPlace) {
  const std::string text = noisy_text(4);
  for (const std::string& packed : {gzip(text), gzip("one\n") + gzip(text), xz(text)}) {
    const std::string name = packed[0] == '\x1f' ? "text.gz" : "text.xz";
    for (std::size_t size = 0; size < packed.size(); ++size) {
      if (size == gzip("one\n").size() && packed.starts_with(gzip("one\n"))) continue;
      EXPECT_THAT(complaint_about(packed.substr(0, size), {}, name), HasSubstr("copy it again"))
          << name << " cut to " << size;
    }
  }
}

TEST_F(LineReaderTest, DamagedArchives) {
  const std::string text = noisy_text(2000);
  for (std::string packed : {gzip(text), xz(text)}) {
    packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x10);
    EXPECT_THAT(complaint_about(packed), HasSubstr("damaged"));
  }
  EXPECT_THAT(complaint_about(gzip("one\n") + "two\n"), HasSubstr("damaged"));
  EXPECT_THAT(complaint_about(xz("one\n") + "two\n"), HasSubstr("archive"));
}

TEST_F(LineReaderTest, WhatIsNoTextFileIsNamed) {
  EXPECT_THAT(complaint([&] { LineReader reader(files_.path("nothing")); }),
              HasSubstr("no such file"));
  EXPECT_THAT(complaint([&] { LineReader reader(files_.directory()); }), HasSubstr("directory"));
  EXPECT_THAT(complaint([&] { read_file(files_.directory()); }), HasSubstr("directory"));
  EXPECT_THAT(complaint_about("PK\3\4rest"), HasSubstr("zip archive"));
  EXPECT_THAT(complaint_about("\x10\0\0\0\0\0\0\0{\"__metadata__\":{}}"s), HasSubstr("weft model"));
  EXPECT_THAT(complaint_about("%PDF-1.7\n"), HasSubstr("PDF"));
  EXPECT_THAT(complaint_about(gzip(gzip("text"))), HasSubstr("inside another archive"));
  EXPECT_THAT(complaint_about(std::string(257, 'n') + "ustar\0"s), HasSubstr("tar archive"));
}

TEST_F(LineReaderTest, APipeIsAnsweredLineByLine) {
  const std::string path = files_.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::promise<void> answered;
  std::thread writer([&] {
    std::ofstream pipe(path);
    pipe << "a\n" << std::flush;  // shorter than any magic number
    answered.get_future().wait();
    pipe << "b";
  });
  LineReader reader(path);
  std::string line;
  ASSERT_TRUE(reader.next(line));  // would hang here if it waited for more
  EXPECT_EQ(line, "a");
  answered.set_value();
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, "b");
  writer.join();
}

}  // namespace
}  // namespace weft
