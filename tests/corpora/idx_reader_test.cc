#include "corpora/idx_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "temporary_files.h"

namespace weft {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kImages = "\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\3"s + "\x01\x02\x03\xfe\xff\x00"s;

class IdxReaderTest : public ::testing::Test {
 protected:
  IdxArray read(std::string_view bytes) { return read_idx(files_.write("data", bytes)); }
  std::string complaint_about(std::string_view bytes) {
    return complaint([&] { read(bytes); });
  }
  TemporaryFiles files_;
};

TEST_F(IdxReaderTest, ImagesPlainAndPacked) {
  for (const std::string& bytes : {kImages, gzip(kImages)}) {
    const IdxArray images = read(bytes);
    EXPECT_THAT(images.shape(), ElementsAre(2, 1, 3));
    EXPECT_EQ(images.items(), 2u);
    EXPECT_EQ(images.item_size(), 3u);
    EXPECT_EQ(images.value(0, 0), 1);
    EXPECT_EQ(images.value(1, 0), 254);
    EXPECT_EQ(images.value(1, 1), 255);
    EXPECT_EQ(images.value(1, 2), 0);
  }
}

TEST_F(IdxReaderTest, EveryType) {
  EXPECT_EQ(read("\0\0\x08\1\0\0\0\1\xff"s).value(0), 255);
  EXPECT_EQ(read("\0\0\x09\1\0\0\0\1\xff"s).value(0), -1);
  EXPECT_EQ(read("\0\0\x0b\1\0\0\0\2\1\0\xff\xfe"s).value(1), -2);
  EXPECT_EQ(read("\0\0\x0c\1\0\0\0\1\0\1\0\0"s).value(0), 65536);
  EXPECT_EQ(read("\0\0\x0d\1\0\0\0\1\xbf\xc0\0\0"s).value(0), -1.5);
  EXPECT_EQ(read("\0\0\x0e\1\0\0\0\1\x3f\xf8\0\0\0\0\0\0"s).value(0), 1.5);
}

TEST_F(IdxReaderTest, TruncatedAtAnyByteOrTooLong) {
  for (std::size_t size = 0; size < kImages.size(); ++size) {
    EXPECT_NE(complaint_about(kImages.substr(0, size)), "") << size;
  }
  EXPECT_THAT(complaint_about(kImages.substr(0, 20)), HasSubstr("only 4"));
  EXPECT_THAT(complaint_about(kImages + "x"), HasSubstr("more"));
  EXPECT_THAT(complaint_about(gzip(kImages).substr(0, 30)), HasSubstr("gzip archive ends"));
}

TEST_F(IdxReaderTest, HeadersThatLie) {
  // 4 GiB times 4 GiB times 4 GiB, and 4 GiB that are not there: neither may be allocated.
  EXPECT_THAT(complaint_about("\0\0\x0e\3"s + std::string(12, '\xff')), HasSubstr("impossible"));
  EXPECT_THAT(complaint_about("\0\0\x08\1\xff\xff\xff\xff"s), HasSubstr("only 0"));
  EXPECT_THAT(complaint_about("\0\0\x08\2\0\0\0\2\0\0\0\0"s), HasSubstr("impossible"));
  EXPECT_THAT(complaint_about("\0\0\x0a\1\0\0\0\1x"s), HasSubstr("no IDX file"));
  EXPECT_THAT(complaint_about("label,1,2\n"), HasSubstr("no IDX file"));
}

TEST_F(IdxReaderTest, IsRecognised) {
  EXPECT_TRUE(is_idx(files_.write("a.gz", gzip(kImages))));
  EXPECT_FALSE(is_idx(files_.write("b", "1,2,3\n")));
  EXPECT_FALSE(is_idx(files_.write("c", "")));
  EXPECT_NE(complaint([&] { is_idx(files_.path("missing")); }), "");
}

}  // namespace
}  // namespace weft
