#include "corpora/pair_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_files.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

Lines read(const std::vector<std::string>& paths) {
  PairReader reader(paths);
  Lines lines;
  for (TextPair pair; reader.next(pair);)
    lines.push_back(std::to_string(pair.line) + " " + pair.source + "|" + pair.target);
  return lines;
}

TEST(PairReader, TwoFilesLineByLine) {
  const TemporaryFiles files;
  const auto english = files.write("a.en", "one\n\nthree\t3\n");
  EXPECT_THAT(read({english, files.write("a.fr", "un\r\ndeux\r\ntrois")}),
              ElementsAre("1 one|un", "2 |deux", "3 three\t3|trois"));
  EXPECT_THAT(read({english, files.write("a.fr.gz", gzip("un\ndeux\ntrois\n"))}),
              ElementsAre("1 one|un", "2 |deux", "3 three\t3|trois"));
}

TEST(PairReader, OneFileWithTabs) {
  const TemporaryFiles files;
  const std::string text = "one\tun\n\ntwo\t\n  \n\ttrois\n";
  const auto expected = ElementsAre("1 one|un", "3 two|", "5 |trois");
  EXPECT_THAT(read({files.write("a.tsv", text)}), expected);
  EXPECT_THAT(read({files.write("a.tsv.xz", xz(text))}), expected);
  EXPECT_TRUE(read({files.write("empty.tsv", "")}).empty());
  EXPECT_TRUE(read({files.write("a", ""), files.write("b", "")}).empty());
}

TEST(PairReader, MistakesNameFileAndLine) {
  const TemporaryFiles files;
  const auto two = files.write("two", "1\n2\n"), three = files.write("three", "1\n2\n3\n");
  for (const auto& paths : {std::vector{two, three}, std::vector{three, two}}) {
    const std::string message = complaint([&] { read(paths); });
    EXPECT_THAT(message, HasSubstr(two + ": the file ends after line 2, but " + three));
  }
  EXPECT_THAT(complaint([&] { read({files.write("t", "a\tb\nno tab here\n")}); }),
              HasSubstr("t:2: the line has no tab"));
  EXPECT_THAT(complaint([&] { read({files.write("t", "a\tb\n\nx\ty\tz\n")}); }),
              HasSubstr("t:3: the line has more than one tab"));
  EXPECT_THAT(complaint([&] { read({files.write("t", "a\tb\na\xFF\tb\n")}); }), HasSubstr("t:2:2"));
  EXPECT_THAT(complaint([&] { read({files.path("missing"), two}); }), HasSubstr("missing"));
  EXPECT_THROW(PairReader({}), std::invalid_argument);
}

TEST(PairReader, OtherEncodings) {
  const TemporaryFiles files;
  PairReaderOptions options;
  options.encoding = "latin1";
  PairReader reader({files.write("t", "summer\t\xE9t\xE9\n")}, options);
  TextPair pair;
  ASSERT_TRUE(reader.next(pair));
  EXPECT_EQ(pair.target, "été");
}

TEST(PairReader, NamesItsFiles) {
  EXPECT_EQ(pair_name({"a.en", "a.fr"}), "a.en and a.fr");
  EXPECT_EQ(pair_name({"-"}), "standard input");
}

}  // namespace
}  // namespace weft
