#include "corpora/feature_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/png.h"
#include "temporary_files.h"

namespace weft {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

const std::string kImages = "\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\3"s + "\x00\x33\xff\xff\xff\x00"s;
const std::string kLabels = "\0\0\x08\1\0\0\0\2"s + "\x07\x03"s;

std::vector<float> example(const FeatureTable& table, std::size_t n) {
  std::vector<float> numbers(table.features());
  table.copy(n, numbers.data());
  return numbers;
}

class FeatureTableTest : public ::testing::Test {
 protected:
  FeatureFile inspect(const std::string& text, LabelledReaderOptions options = {}) {
    return inspect_features(files_.write("data", text), options);
  }
  FeatureTable read(const std::string& text, const LabelledReaderOptions& options = {}) {
    return FeatureTable::read(inspect(text, options));
  }
  TemporaryFiles files_;
};

TEST_F(FeatureTableTest, Images) {
  LabelledReaderOptions options;
  options.labels = files_.write("labels", kLabels);
  for (const std::string& bytes : {kImages, gzip(kImages)}) {
    const FeatureTable table = read(bytes, options);
    EXPECT_EQ(table.examples(), 2u);
    EXPECT_EQ(table.features(), 3u);
    EXPECT_EQ(table.height(), 1u);
    EXPECT_EQ(table.width(), 3u);
    EXPECT_THAT(example(table, 0), ElementsAre(0, FloatNear(0.2f, 1e-6f), 1));
    EXPECT_THAT(table.labels(), ElementsAre("7", "3"));
    const FeatureTable last = table.part(1, 2);
    EXPECT_THAT(example(last, 0), ElementsAre(1, 1, 0));
    EXPECT_THAT(last.labels(), ElementsAre("3"));
  }
}

TEST_F(FeatureTableTest, ImagesWithoutLabelsAndWithWrongOnes) {
  EXPECT_TRUE(read(kImages).labels().empty());
  LabelledReaderOptions options;
  options.labels = files_.write("labels", "seven\nthree\n");
  EXPECT_THAT(read(kImages, options).labels(), ElementsAre("seven", "three"));
  options.labels = files_.write("labels", "seven\n");
  EXPECT_THAT(complaint([&] { read(kImages, options); }), HasSubstr("1 labels in it for 2 items"));
  options.labels = files_.write("labels", kImages);
  EXPECT_THAT(complaint([&] { read(kImages, options); }), HasSubstr("have 3 numbers each"));
  EXPECT_THAT(complaint([&] { read(kImages.substr(0, 20)); }), HasSubstr("promises 6 bytes"));
}

TEST_F(FeatureTableTest, EveryColumnOfNumbersIsAFeature) {
  const FeatureTable table = read("1,2,3\n4,5,6\n");
  EXPECT_EQ(table.features(), 3u);
  EXPECT_THAT(example(table, 1), ElementsAre(4, 5, 6));
  EXPECT_TRUE(table.labels().empty());
  EXPECT_EQ(read("a,b,c\n1,2,3\n").features(), 3u);  // a header
}

TEST_F(FeatureTableTest, LabelsOfRows) {
  const FeatureTable named = read("up,2,3\ndown,5,6\n");
  EXPECT_EQ(named.features(), 2u);
  EXPECT_THAT(named.labels(), ElementsAre("up", "down"));
  LabelledReaderOptions options;
  options.label_column = "3";
  const FeatureTable chosen = read("1,2,3\n4,5,6\n", options);
  EXPECT_THAT(example(chosen, 0), ElementsAre(1, 2));
  EXPECT_THAT(chosen.labels(), ElementsAre("3", "6"));
}

TEST_F(FeatureTableTest, RaggedAndEmptyTables) {
  EXPECT_THAT(complaint([&] { read("1,2,3\n4,5\n"); }), HasSubstr(":2: "));
  EXPECT_THAT(complaint([&] { read("1,2,3\n4,x,6\n"); }), HasSubstr("a finite number"));
  LabelledReaderOptions numeric;
  numeric.format = LabelledFormat::numeric;
  EXPECT_THAT(complaint([&] { read("", numeric); }), HasSubstr("no examples"));
}

TEST_F(FeatureTableTest, TextsAsBags) {
  TokenizerOptions words;
  words.kind = TokenizerKind::words;
  const auto tokenizer = Tokenizer::train(words, [](const auto& line) { line("a a a b b c"); });
  const FeatureFile file = inspect("one\ta b a\ntwo\tc unheard\n");
  EXPECT_EQ(file.kind, FeatureKind::texts);
  const auto read_as = [&](BagWeights weights, const std::vector<float>& idf = {}) {
    return FeatureTable::read_texts(file, bag_rows(*tokenizer), [&](std::string_view text) {
      return bag_of_words(*tokenizer, text, weights, idf);
    });
  };
  EXPECT_THAT(example(read_as(BagWeights::binary), 0), ElementsAre(1, 1, 0));
  const FeatureTable counts = read_as(BagWeights::counts);
  EXPECT_THAT(example(counts, 0), ElementsAre(2, 1, 0));
  EXPECT_THAT(example(counts, 1), ElementsAre(0, 0, 1));
  EXPECT_THAT(counts.labels(), ElementsAre("one", "two"));
  EXPECT_THAT(example(read_as(BagWeights::log), 0),
              ElementsAre(FloatNear(std::log(3.0f), 1e-6f), FloatNear(std::log(2.0f), 1e-6f), 0));
  const std::vector<float> idf = inverse_document_frequencies(counts.bags(), 3);
  EXPECT_THAT(idf, ElementsAre(FloatNear(std::log(1.5f) + 1, 1e-6f), idf[0], idf[0]));
  const float a = 1 + std::log(2.0f), length = std::sqrt(a * a + 1);
  EXPECT_THAT(example(read_as(BagWeights::tf_idf, idf), 0),
              ElementsAre(FloatNear(a / length, 1e-6f), FloatNear(1 / length, 1e-6f), 0));
}

TEST_F(FeatureTableTest, PlainLinesAreTextsWithoutLabels) {
  const FeatureFile file = inspect("Dear all, thank you.\n\nBest wishes\n");
  EXPECT_EQ(file.kind, FeatureKind::texts);
  const FeatureTable table = FeatureTable::read_texts(file, 1, [](std::string_view) {
    return SparseColumn{{0}, {1}};
  });
  EXPECT_EQ(table.examples(), 2u);
  EXPECT_TRUE(table.labels().empty());
}

TEST_F(FeatureTableTest, LabelledReaderReadsImages) {
  LabelledReaderOptions options;
  options.labels = files_.write("labels", kLabels);
  options.skip = 1;
  LabelledReader reader(files_.write("data", kImages), options);
  EXPECT_EQ(reader.format(), LabelledFormat::idx);
  LabelledExample item;
  ASSERT_TRUE(reader.next(item));
  EXPECT_THAT(item.labels, ElementsAre("3"));
  EXPECT_THAT(item.values, ElementsAre(1, 1, 0));
  EXPECT_EQ(item.line, 2u);
  EXPECT_FALSE(reader.next(item));
}

TEST_F(FeatureTableTest, LabelledReaderTakesAPart) {
  LabelledReaderOptions options;
  options.skip = 1;
  options.take = 2;
  LabelledReader reader(files_.write("data", "a\tone\nb\ttwo\nc\tthree\nd\tfour\n"), options);
  LabelledExample item;
  std::string read;
  while (reader.next(item)) read += item.text + " ";
  EXPECT_EQ(read, "two three ");
  options.labels = files_.path("labels");
  EXPECT_THAT(complaint([&] { LabelledReader(files_.path("data"), options); }),
              HasSubstr("--labels names the labels of an IDX file"));
}

TEST(Png, Base64) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("\xff\xfe"s), "//4=");
}

// Signature, header with its checksum as zlib's crc32 gives it, and the end.
TEST(Png, HasItsParts) {
  const std::string png = grey_png(2, 1, {0, 255});
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(png.substr(8, 21), "\0\0\0\x0dIHDR\0\0\0\2\0\0\0\1\x08\0\0\0\0"s);
  EXPECT_EQ(png.substr(png.size() - 12), "\0\0\0\0IEND\xae\x42\x60\x82"s);
}

}  // namespace
}  // namespace weft
