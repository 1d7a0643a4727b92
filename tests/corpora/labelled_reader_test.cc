#include "corpora/labelled_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "temporary_files.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

using Strings = std::vector<std::string>;

class LabelledReaderTest : public ::testing::Test {
 protected:
  std::vector<LabelledExample> read(std::string_view bytes) {
    LabelledReader reader(files_.write("data", bytes), options_);
    format_ = reader.format();
    std::vector<LabelledExample> examples;
    LabelledExample example;
    while (reader.next(example)) examples.push_back(example);
    return examples;
  }
  /// "label|label>text" of each.
  Strings texts(std::string_view bytes) {
    Strings all;
    for (const LabelledExample& example : read(bytes)) {
      std::string labels;
      for (const auto& label : example.labels) labels += (labels.empty() ? "" : "|") + label;
      all.push_back(labels + ">" + example.text);
    }
    return all;
  }
  std::string complaint_about(std::string_view bytes) {
    const std::string message = complaint([&] { read(bytes); });
    const std::string path = files_.path("data");
    EXPECT_THAT(message, StartsWith(path));
    return message.size() > path.size() ? message.substr(path.size()) : message;
  }
  TemporaryFiles files_;
  LabelledReaderOptions options_;
  LabelledFormat format_ = LabelledFormat::automatic;
};

TEST_F(LabelledReaderTest, EmptyFileHasNoExamples) {
  EXPECT_THAT(read(""), IsEmpty());
  EXPECT_THAT(read("\n\n"), IsEmpty());
}

TEST_F(LabelledReaderTest, FastText) {
  EXPECT_THAT(texts("__label__a  first one\n\n__label__b __label__c\tboth __label__x\n__label__d"),
              ElementsAre("a>first one", "b|c>both __label__x", "d>"));
  EXPECT_EQ(format_, LabelledFormat::fasttext);
  EXPECT_THAT(complaint_about("__label__a x\nno label\n"), StartsWith(":2: "));
  EXPECT_THAT(complaint_about("__label__ x\n"), StartsWith(":1: a __label__ without a name"));
}

TEST_F(LabelledReaderTest, TabSeparated) {
  EXPECT_THAT(texts("ham\tsee you, then\r\n\n spam \tbuy \"now\n"),
              ElementsAre("ham>see you, then", "spam>buy \"now"));
  EXPECT_EQ(format_, LabelledFormat::tsv);
  EXPECT_THAT(texts("neg\t7\t3\tdull\npos\t8\t9\tfine\n"), ElementsAre("neg>dull", "pos>fine"));
  EXPECT_THAT(complaint_about("a\tb\nc d\n"), StartsWith(":2: the row has 1 column; the first"));
  EXPECT_THAT(complaint_about("a\tb\n\tc\n"), StartsWith(":2: the label in column 1 is empty"));
}

TEST_F(LabelledReaderTest, TabSeparatedColumnsByNumberAndSeveralLabels) {
  options_.text_column = "1";
  options_.label_column = "2";
  options_.label_separator = ",";
  EXPECT_THAT(texts("I see\t4,27\tid1\nhm\t\tid2\nyes\t3,3\tid3\n"),
              ElementsAre("4|27>I see", ">hm", "3>yes"));
  options_.text_column = "9";
  EXPECT_THAT(complaint_about("I see\t4,27\tid1\n"), HasSubstr("no column 9"));
}

TEST_F(LabelledReaderTest, TabSeparatedColumnsByName) {
  options_.label_column = "query_class";
  options_.text_column = "query";
  EXPECT_THAT(texts("query_id\tquery\tquery_class\n0\tsalon chair\tChairs\n"),
              ElementsAre("Chairs>salon chair"));
  options_.text_column = "body";
  EXPECT_THAT(complaint_about("query_id\tquery\tquery_class\n0\tsalon chair\tChairs\n"),
              HasSubstr("no column 'body'"));
}

TEST_F(LabelledReaderTest, Escapes) {
  EXPECT_THAT(texts("a\tone\\ntwo\n"), ElementsAre("a>one\\ntwo"));
  options_.escapes = true;
  EXPECT_THAT(texts("a\tone\\ntwo\\tthree\\\\nfour\n"), ElementsAre("a>one\ntwo\tthree\\nfour"));
  EXPECT_THAT(complaint_about("a\tone\nb\ttwo\\q\n"), StartsWith(":2: a backslash"));
  EXPECT_THAT(complaint_about("b\ttwo\\"), StartsWith(":1: a backslash"));
}

TEST_F(LabelledReaderTest, CsvWithHeaderAndLineBreaks) {
  EXPECT_THAT(texts(",count,class,tweet\n0,3,2,\"one, \"\"two\"\"\nthree\"\n1,3,1,four\n"),
              ElementsAre("2>one, \"two\"\nthree", "1>four"));
  EXPECT_EQ(format_, LabelledFormat::csv);
  EXPECT_EQ(read("label,text\na,\"b\nc\"\nd,e\n").at(1).line, 4u);
  EXPECT_THAT(texts("review,sentiment\n\"so, so\",neg\n"), ElementsAre("neg>so, so"));
}

TEST_F(LabelledReaderTest, CsvWithoutHeader) {
  EXPECT_THAT(texts("1,\"good, really\"\n0,bad\n"), ElementsAre("1>good, really", "0>bad"));
  EXPECT_THAT(texts("a long text here,neg\nanother longer one,pos\n"),
              ElementsAre("neg>a long text here", "pos>another longer one"));
}

TEST_F(LabelledReaderTest, CsvHeaderOfUnknownNamesAboveNumbers) {
  EXPECT_THAT(texts("stars,words\n1,dull\n5,fine\n"), ElementsAre("1>dull", "5>fine"));
}

TEST_F(LabelledReaderTest, CsvTextFromSeveralColumns) {
  options_.label_column = "1";
  options_.text_column = "2,3";
  EXPECT_THAT(texts("\"3\",\"Title\",\"Body, long\"\n"), ElementsAre("3>Title Body, long"));
}

TEST_F(LabelledReaderTest, CsvThatCannotBeToldAsksForColumns) {
  EXPECT_THAT(complaint_about("pos,title,body\nneg,other,text\n"), HasSubstr("--text-column"));
  EXPECT_THAT(complaint_about("1,2,some text\n3,4,more text\n"), HasSubstr("--label-column"));
  EXPECT_THAT(complaint_about("just a line\nand another\n"), HasSubstr("only one column"));
}

TEST_F(LabelledReaderTest, CsvBadRows) {
  EXPECT_THAT(complaint_about("label,text\na,b\nc,d,e\n"),
              StartsWith(":3: the row has 3 columns; the first has 2"));
  EXPECT_THAT(complaint_about("label,text\na,\"b\nc,d\n"), StartsWith(":2:3: the quote"));
}

TEST_F(LabelledReaderTest, RowsOfNumbers) {
  const auto examples = read("1,-0.5,2e-3,+7\n2, 1 ,0,4\n");
  EXPECT_EQ(format_, LabelledFormat::numeric);
  ASSERT_EQ(examples.size(), 2u);
  EXPECT_THAT(examples[0].labels, ElementsAre("1"));
  EXPECT_THAT(examples[0].values, ElementsAre(-0.5, 2e-3, 7));
  EXPECT_THAT(examples[1].values, ElementsAre(1, 0, 4));
  EXPECT_EQ(examples[1].text, "");
  EXPECT_THAT(complaint_about("1,2,3\n1,x,3\n"), StartsWith(":2: column 2 holds 'x'"));
  EXPECT_THAT(complaint_about("1,2,3\n1,nan,3\n"), StartsWith(":2: column 2 holds 'nan'"));
  EXPECT_THAT(complaint_about("1,2,3\n1,1e999,3\n"), StartsWith(":2: column 2 holds"));
  EXPECT_THAT(complaint_about("1,2,3\n1,2\n"), StartsWith(":2: the row has 2 columns"));
}

TEST_F(LabelledReaderTest, RowsOfNumbersUnderAHeader) {
  const auto examples = read("x1,x2,class\n1,2,0\n3,4,1\n");
  EXPECT_EQ(format_, LabelledFormat::numeric);
  ASSERT_EQ(examples.size(), 2u);
  EXPECT_THAT(examples[1].labels, ElementsAre("1"));
  EXPECT_THAT(examples[1].values, ElementsAre(3, 4));
}

TEST_F(LabelledReaderTest, NamedLabelsBeforeNumbers) {
  for (const std::string header : {"", "kind,x1,x2\n"}) {
    const auto examples = read(header + "up,1,2\ndown,3,4\n");
    EXPECT_EQ(format_, LabelledFormat::numeric);
    ASSERT_EQ(examples.size(), 2u);
    EXPECT_THAT(examples[1].labels, ElementsAre("down"));
    EXPECT_THAT(examples[1].values, ElementsAre(3, 4));
  }
}

TEST_F(LabelledReaderTest, NoLabelsOnRequest) {
  options_.label_column = "none";
  const auto examples = read("1,2\n3,4\n");
  EXPECT_THAT(examples.at(1).values, ElementsAre(3, 4));
  EXPECT_THAT(examples.at(1).labels, IsEmpty());
}

TEST_F(LabelledReaderTest, FormatByOption) {
  options_.format = LabelledFormat::csv;
  EXPECT_THAT(texts("a,\"b\tc\"\nd,e\n"), ElementsAre("a>b\tc", "d>e"));
  options_.format = LabelledFormat::numeric;
  EXPECT_THAT(read("normal\t1\t2\n").at(0).values, ElementsAre(1, 2));
}

TEST_F(LabelledReaderTest, MoreRowsThanAreLookedAt) {
  std::string bytes = "label,text\n";
  for (int i = 0; i < 1000; ++i) bytes += std::to_string(i) + "th,text\n";
  const auto examples = read(bytes);
  ASSERT_EQ(examples.size(), 1000u);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    ASSERT_EQ(examples[i].labels, Strings{std::to_string(i) + "th"});
    ASSERT_EQ(examples[i].line, i + 2);
  }
}

TEST_F(LabelledReaderTest, PackedAndOtherwiseEncoded) {
  EXPECT_THAT(texts(gzip("a\tb\n")), ElementsAre("a>b"));
  options_.encoding = "latin1";
  EXPECT_THAT(texts("a\tcaf\xe9\n"), ElementsAre("a>caf\xc3\xa9"));
}

}  // namespace
}  // namespace weft
