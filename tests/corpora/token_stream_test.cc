#include "corpora/token_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "corpora/id_shard.h"
#include "temporary_files.h"

namespace weft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::shared_ptr<const Tokenizer> words(const std::string& text, int more_words = 0) {
  TokenizerOptions options;
  options.kind = TokenizerKind::words;
  return Tokenizer::train(options, [&](const std::function<void(std::string_view)>& line) {
    line(text);
    for (int i = 0; i < more_words; ++i) line(std::to_string(i) + "w");
  });
}

class TokenStreamTest : public ::testing::Test {
 protected:
  TokenStream open(const std::string& encoding = "utf-8") {
    log_.clear();
    return TokenStream::open(source_, *tokenizer_, encoding, cache_,
                             [this](const std::string& line) { log_ += line + "\n"; });
  }
  static std::vector<int> ids_of(const TokenStream& stream) {
    std::vector<int> ids(stream.size());
    stream.read(0, stream.size(), ids.data());
    return ids;
  }
  std::vector<std::string> cached() const {
    std::vector<std::string> names;
    if (!fs::exists(cache_)) return names;
    for (const auto& entry : fs::directory_iterator(cache_)) names.push_back(entry.path().string());
    return names;
  }
  TemporaryFiles files_;
  std::string cache_ = files_.path("cache");
  std::shared_ptr<const Tokenizer> tokenizer_ = words("a b c caf\xc3\xa9");
  std::string source_ = files_.write("text", "a b\n\nc z a");
  std::vector<int> expected_ = {id("a"), id("b"), kEos, kEos, id("c"), kUnk, id("a"), kEos};
  std::string log_;

  int id(const std::string& piece) const { return tokenizer_->vocabulary().id(piece); }
};

TEST_F(TokenStreamTest, EncodesLinesWithEos) {
  const TokenStream stream = open();
  EXPECT_EQ(ids_of(stream), expected_);
  EXPECT_EQ(stream[1], id("b"));
  EXPECT_EQ(stream.characters(), 4u + 1 + 6);
  int out = 0;
  EXPECT_THROW(stream.read(8, 1, &out), std::out_of_range);
  EXPECT_THROW(stream.read(7, ~std::uint64_t{0}, &out), std::out_of_range);
  EXPECT_NO_THROW(stream.read(8, 0, &out));
}

TEST_F(TokenStreamTest, CountsCharactersNotBytes) {
  source_ = files_.write("text", "caf\xe9\n");
  EXPECT_EQ(open("latin1").characters(), 5u);
}

TEST_F(TokenStreamTest, ReusesItsShard) {
  open();
  EXPECT_THAT(log_, HasSubstr("encoded"));
  EXPECT_THAT(cached(), SizeIs(1));
  const TokenStream again = open();
  EXPECT_THAT(log_, HasSubstr("reusing"));
  EXPECT_EQ(ids_of(again), expected_);
  EXPECT_EQ(again.characters(), 11u);
}

TEST_F(TokenStreamTest, EncodesAgainWhenAnythingChanged) {
  open();
  files_.write("text", "a b\n\nc z b");  // as long as before
  EXPECT_EQ(ids_of(open()).at(6), id("b"));
  EXPECT_THAT(log_, HasSubstr("the source has changed"));
  EXPECT_THAT(cached(), SizeIs(1));

  tokenizer_ = words("z a b c");
  EXPECT_EQ(ids_of(open()).at(5), id("z"));
  EXPECT_THAT(log_, HasSubstr("encoded"));

  open("latin1");
  EXPECT_THAT(log_, HasSubstr("encoded"));
}

TEST_F(TokenStreamTest, NoticesDamageAtEveryByte) {
  open();
  const std::string shard = cached().at(0);
  const std::string good = files_.read(shard);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    std::ofstream(shard, std::ios::binary) << bad;
    ASSERT_EQ(ids_of(open()), expected_) << i;
    ASSERT_THAT(log_, HasSubstr("encoding again")) << i;
    ASSERT_EQ(files_.read(shard), good) << i;
  }
}

TEST_F(TokenStreamTest, NoticesTruncationAtEveryByte) {
  open();
  const std::string shard = cached().at(0);
  const std::string good = files_.read(shard);
  for (std::size_t size = 0; size < good.size(); ++size) {
    std::ofstream(shard, std::ios::binary) << good.substr(0, size);
    ASSERT_EQ(ids_of(open()), expected_) << size;
    ASSERT_THAT(log_, HasSubstr("encoding again")) << size;
  }
}

TEST_F(TokenStreamTest, WithoutACacheLeavesNothingBehind) {
  cache_.clear();
  const std::string temporary = files_.path("tmp");
  fs::create_directory(temporary);
  const char* before = ::getenv("TMPDIR");
  const std::string saved = before ? before : "";
  ::setenv("TMPDIR", temporary.c_str(), 1);
  const TokenStream stream = open();
  if (before) {
    ::setenv("TMPDIR", saved.c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
  EXPECT_EQ(ids_of(stream), expected_);
  EXPECT_TRUE(fs::is_empty(temporary));
}

TEST_F(TokenStreamTest, FallsBackWhenTheCacheCannotBeWritten) {
  cache_ = files_.write("a-file", "not a directory");
  EXPECT_EQ(ids_of(open()), expected_);
  EXPECT_THAT(log_, HasSubstr("temporary file"));
}

TEST_F(TokenStreamTest, LargeVocabulariesTakeFourBytes) {
  tokenizer_ = words("a b c", 70'000);
  expected_ = {id("a"), id("b"), kEos, kEos, id("c"), kUnk, id("a"), kEos};
  EXPECT_EQ(ids_of(open()), expected_);
  EXPECT_EQ(fs::file_size(cached().at(0)), 16 + 8 * 4 + 48u);
  source_ = files_.write("last", "9w 10999w 69999w\n");
  EXPECT_THAT(ids_of(open()), ElementsAre(id("9w"), id("10999w"), id("69999w"), kEos));
}

TEST_F(TokenStreamTest, FailuresNameTheSourceAndLeaveNoShard) {
  source_ = files_.write("empty", "");
  EXPECT_THAT(complaint([&] { open(); }), HasSubstr("the file is empty"));
  source_ = files_.write("bad", "a b\nc \xff\n");
  EXPECT_THAT(complaint([&] { open(); }), HasSubstr("bad:2:3: "));
  source_ = files_.path("missing");
  EXPECT_THAT(complaint([&] { open(); }), HasSubstr("no such file"));
  source_ = files_.directory();
  EXPECT_THAT(complaint([&] { open(); }), HasSubstr("directory"));
  EXPECT_THAT(cached(), IsEmpty());
}

TEST_F(TokenStreamTest, FromIds) {
  const TokenStream stream = TokenStream::from_ids({5, 4, 70'000});
  const TokenStream copy = stream;
  EXPECT_THAT(ids_of(copy), ElementsAre(5, 4, 70'000));
  EXPECT_EQ(TokenStream::from_ids({}).size(), 0u);
}

TEST(IdShardTest, LargerThanABlock) {
  TemporaryFiles files;
  const std::string path = files.path("ids");
  IdShardWriter writer(path, 1000);
  for (int i = 0; i < 1'500'000; ++i) writer.add(i % 997);
  EXPECT_FALSE(fs::exists(path));  // nothing before it is whole
  writer.finish({1, 2}, 3);
  EXPECT_THROW(writer.add(1000), std::logic_error);
  const IdShard shard = open_id_shard(path, {1, 2});
  EXPECT_EQ(shard.count, 1'500'000u);
  EXPECT_EQ(shard.characters, 3u);
  EXPECT_EQ(shard.width, 2);
  EXPECT_THROW(open_id_shard(path, {1, 3}), FormatError);
  EXPECT_THROW(open_id_shard(path, {0, 2}), FormatError);
}

}  // namespace
}  // namespace weft
