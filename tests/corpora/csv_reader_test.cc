#include "corpora/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temporary_files.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Fields = std::vector<std::string>;

std::vector<Fields> records(std::string_view bytes, std::vector<std::uint64_t>* begin = nullptr) {
  TemporaryFiles files;
  LineReader lines(files.write("table.csv", bytes));
  CsvReader reader(lines);
  std::vector<Fields> all;
  Fields fields;
  while (reader.next(fields)) {
    all.push_back(fields);
    if (begin) begin->push_back(reader.line_number());
  }
  return all;
}

std::string place_and_complaint(std::string_view bytes) {
  const std::string message = complaint([&] { records(bytes); });
  const std::size_t name = message.find("table.csv");
  return name == std::string::npos ? message : message.substr(name + 9);
}

TEST(CsvReaderTest, PlainFields) {
  EXPECT_THAT(records(""), IsEmpty());
  EXPECT_THAT(records("a,b\nc,d"), ElementsAre(Fields{"a", "b"}, Fields{"c", "d"}));
  EXPECT_THAT(records(",a,\n"), ElementsAre(Fields{"", "a", ""}));
  EXPECT_THAT(records("a b, c \n"), ElementsAre(Fields{"a b", " c "}));
  EXPECT_THAT(records("5'10\" tall,\"x\"\n"), ElementsAre(Fields{"5'10\" tall", "x"}));
}

TEST(CsvReaderTest, QuotedFields) {
  EXPECT_THAT(records("\"a,b\",\"\",\"say \"\"hi\"\"\"\r\n"),
              ElementsAre(Fields{"a,b", "", "say \"hi\""}));
  EXPECT_THAT(records("\"\"\"\"\n"), ElementsAre(Fields{"\""}));
  EXPECT_THAT(records("\"a\",\n"), ElementsAre(Fields{"a", ""}));
}

TEST(CsvReaderTest, LineBreaksInsideQuotesAndWhereRecordsBegin) {
  std::vector<std::uint64_t> begin;
  EXPECT_THAT(records("x,y\n\n\"one\r\n\r\n\"\"two\"\"\",b\nc,d\n", &begin),
              ElementsAre(Fields{"x", "y"}, Fields{"one\n\n\"two\"", "b"}, Fields{"c", "d"}));
  EXPECT_THAT(begin, ElementsAre(1, 3, 6));
}

TEST(CsvReaderTest, UnclosedQuoteIsNamedWhereItOpens) {
  EXPECT_THAT(place_and_complaint("a,b\nc,\"d\ne,f\ng\n"),
              StartsWith(":2:3: the quote that opens"));
}

TEST(CsvReaderTest, TextBehindAQuote) {
  EXPECT_THAT(place_and_complaint("a,b\n\"c\"d,e\n"), StartsWith(":2:4: text follows"));
  EXPECT_THAT(place_and_complaint("\"a\nb\"c\n"), StartsWith(":2:3: text follows"));
}

}  // namespace
}  // namespace weft
