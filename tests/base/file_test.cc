#include "base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "base/error.h"

namespace weft {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "weft-file-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory_), fs::directory_iterator()));
  }

  fs::path directory_;
};

TEST_F(FileTest, CommittedFileHasWhatWasWritten) {
  AtomicFile file(path("a"));
  file.write("one ");
  const std::string large(1 << 20, 'x');
  file.write(large);
  file.write(" two");
  EXPECT_FALSE(fs::exists(path("a")));
  file.commit();
  EXPECT_EQ(content(path("a")), "one " + large + " two");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, WithoutCommitTheOldFileStays) {
  put(path("a"), "old");
  {
    AtomicFile file(path("a"));
    file.write("new");
  }
  EXPECT_EQ(content(path("a")), "old");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, ModeOfTheReplacedFileIsKept) {
  put(path("a"), "old");
  fs::permissions(path("a"), fs::perms(0640));
  AtomicFile file(path("a"));
  file.write("new");
  file.commit();
  EXPECT_EQ(fs::status(path("a")).permissions(), fs::perms(0640));
}

TEST_F(FileTest, SymbolicLinkStaysALink) {
  put(path("real"), "old");
  fs::create_symlink("real", path("link"));
  fs::create_symlink("missing", path("dangling"));
  for (const char* name : {"link", "dangling"}) {
    AtomicFile file(path(name));
    file.write("new");
    file.commit();
    EXPECT_TRUE(fs::is_symlink(path(name))) << name;
  }
  EXPECT_EQ(content(path("real")), "new");
  EXPECT_EQ(content(path("missing")), "new");
}

TEST_F(FileTest, NameOfTheGreatestLengthWorks) {
  const std::string longest = path(std::string(255, 'n'));
  AtomicFile file(longest);
  file.write("text");
  file.commit();
  EXPECT_EQ(content(longest), "text");
}

TEST_F(FileTest, SayWhatStandsInTheWay) {
  EXPECT_THAT(
      [&] { AtomicFile file(directory_.string()); },
      ThrowsMessage<UserError>(AllOf(HasSubstr(directory_.string()), HasSubstr("is a directory"))));
  EXPECT_THAT([&] { AtomicFile file(path("new/")); },
              ThrowsMessage<UserError>(HasSubstr("is a directory")));
  EXPECT_THAT([&] { AtomicFile file(path("no/such/a")); },
              ThrowsMessage<UserError>(HasSubstr("no such directory")));
  put(path("plain"), "");
  EXPECT_THAT([&] { AtomicFile file(path("plain/a")); },
              ThrowsMessage<UserError>(HasSubstr("not a directory")));
  EXPECT_THAT([&] { AtomicFile file(path(std::string(256, 'n'))); },
              ThrowsMessage<UserError>(HasSubstr("too long")));
  EXPECT_THAT([&] { AtomicFile file(""); }, ThrowsMessage<UserError>(HasSubstr("name")));
}

TEST_F(FileTest, PermissionIsRespected) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  put(path("a"), "old");
  fs::permissions(path("a"), fs::perms(0444));
  EXPECT_THAT([&] { AtomicFile file(path("a")); },
              ThrowsMessage<UserError>(HasSubstr("permission denied")));
  fs::permissions(directory_, fs::perms(0555));
  EXPECT_THAT([&] { require_writable(path("b")); },
              ThrowsMessage<UserError>(HasSubstr("permission denied")));
  fs::permissions(directory_, fs::perms(0755));
}

TEST_F(FileTest, FullDiskLeavesTheOldFile) {
  // A limit on the size of files stands for the full disk: it fails in the same system call.
  put(path("a"), "old");
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto write = [&] {
    AtomicFile file(path("a"));
    file.write(std::string(10000, 'x'));
    file.commit();
  };
  EXPECT_THAT(write, ThrowsMessage<UserError>(HasSubstr("cannot write '" + path("a"))));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(content(path("a")), "old");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, FullDeviceIsNamed) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const auto write = [] {
    AtomicFile file("/dev/full");
    file.write("text");
    file.commit();
  };
  EXPECT_THAT(write, ThrowsMessage<UserError>(HasSubstr("the disk is full")));
}

TEST_F(FileTest, PipeIsWrittenDirectly) {
  const std::string pipe = path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  require_writable(pipe);  // must not wait for a reader
  std::string read;
  std::thread reader([&] { read = content(pipe); });
  AtomicFile file(pipe);
  file.write("through the pipe");
  file.commit();
  reader.join();
  EXPECT_EQ(read, "through the pipe");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(FileTest, RequireWritableLeavesNoTrace) {
  require_writable(path("a"));
  EXPECT_EQ(entries(), 0u);
  put(path("a"), "old");
  require_writable(path("a"));
  EXPECT_EQ(content(path("a")), "old");
  EXPECT_EQ(entries(), 1u);
  EXPECT_THROW(require_writable(path("no/a")), UserError);
}

TEST_F(FileTest, MapShowsTheFileAndKeepsChangesToItself) {
  put(path("a"), "weft");
  MappedFile map(path("a"));
  ASSERT_EQ(map.size(), 4u);
  map.data()[0] = std::byte{'l'};
  EXPECT_EQ(static_cast<char>(map.bytes()[0]), 'l');
  EXPECT_EQ(content(path("a")), "weft");
  MappedFile moved = std::move(map);
  EXPECT_EQ(moved.size(), 4u);
  EXPECT_EQ(moved.path(), path("a"));
}

// Megabytes of this process that are in memory and come from files.
long mapped_megabytes() {
  std::ifstream status("/proc/self/statm");
  long size = 0, resident = 0, shared = 0;
  status >> size >> resident >> shared;
  return shared * sysconf(_SC_PAGESIZE) >> 20;
}

TEST_F(FileTest, MapLetsItsMemoryGo) {
  put(path("a"), std::string(40 << 20, 'w'));
  const MappedFile map(path("a"));
  const long before = mapped_megabytes();
  const std::uint64_t whole = checksum(map.bytes());
  EXPECT_GE(mapped_megabytes(), before + 35);
  map.release();
  EXPECT_LE(mapped_megabytes(), before + 5);
  EXPECT_EQ(map.checksum(), whole);
  EXPECT_LE(mapped_megabytes(), before + 5);
  EXPECT_EQ(checksum(map.bytes()), whole);
}

TEST_F(FileTest, EmptyFileMapsToNothing) {
  put(path("a"), "");
  EXPECT_TRUE(MappedFile(path("a")).bytes().empty());
}

TEST_F(FileTest, WhatCannotBeMappedIsNamed) {
  EXPECT_THAT([&] { MappedFile map(path("a")); },
              ThrowsMessage<UserError>(AllOf(HasSubstr(path("a")), HasSubstr("no such file"))));
  EXPECT_THAT([&] { MappedFile map(directory_.string()); },
              ThrowsMessage<UserError>(HasSubstr("is a directory")));
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THAT([&] { MappedFile map(path("pipe")); },
              ThrowsMessage<UserError>(HasSubstr("not a regular file")));
}

TEST(Checksum, IsXxh3) {
  // The published value for empty input.
  EXPECT_EQ(checksum(""), 0x2D06800538D394C2u);
  const std::string text = "weft";
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  EXPECT_NE(checksum(bytes), checksum(bytes.subspan(1)));
  EXPECT_NE(checksum(bytes, 1), checksum(bytes, 2));
  EXPECT_EQ(checksum(text, 1), checksum(bytes, 1));
  EXPECT_EQ(checksum_digits(0xabcdefu), "0000000000abcdef");
}

}  // namespace
}  // namespace weft
