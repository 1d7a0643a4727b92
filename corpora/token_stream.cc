#include "corpora/token_stream.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "corpora/id_shard.h"
#include "corpora/line_reader.h"
#include "tokenizer/vocabulary.h"

namespace weft {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kReportEvery = 10'000'000;  // tokens

std::uint64_t count_characters(std::string_view text) {
  std::uint64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

/// A directory of our own under the temporary one, gone with this object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::error_code error;
    path_ = (fs::temp_directory_path(error) / "weft-ids-XXXXXX").string();
    if (error || ::mkdtemp(path_.data()) == nullptr) {
      throw UserError("cannot make a temporary directory like " + path_ +
                      "; set TMPDIR to a directory that can be written");
    }
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string file() const { return path_ + "/ids"; }

 private:
  std::string path_;
};

/// One pass over the text, a line at a time.
void write_shard(const std::string& shard, const std::string& path, const Tokenizer& tokenizer,
                 const std::string& encoding, const ShardOrigin& origin, const LogSink& log) {
  LineReaderOptions options;
  options.encoding = encoding;
  LineReader lines(path, options);
  IdShardWriter writer(shard, tokenizer.vocabulary().size());
  std::uint64_t characters = 0;
  std::uint64_t next_report = kReportEvery;
  std::string line;
  LinesBefore before;
  while (lines.next(line)) {
    for (const int id : tokenizer.encode(line, before)) writer.add(id);
    writer.add(kEos);
    characters += count_characters(line) + 1;
    if (writer.count() >= next_report) {
      log("encoding " + lines.path() + ": " + std::to_string(writer.count()) + " tokens so far");
      next_report += kReportEvery;
    }
  }
  if (writer.count() == 0) {
    throw FormatError(lines.path(), "the file is empty; at least one line of text is needed");
  }
  writer.finish(origin, characters);
  log("encoded " + lines.path() + ": " + std::to_string(writer.count()) + " tokens");
}

/// Where the shard of `path` lies, or nothing if none can lie there.
std::optional<std::string> shard_path(const std::string& path, const std::string& cache_directory,
                                      const ShardOrigin& origin, const LogSink& log) {
  std::error_code error;
  const std::string full = fs::weakly_canonical(path, error).string();
  const fs::path shard =
      fs::path(cache_directory) / (checksum_digits(checksum(full, origin.recipe)) + ".ids");
  fs::create_directories(cache_directory, error);
  try {
    if (!fs::exists(shard, error)) require_writable(shard.string());
  } catch (const UserError& failure) {
    log(std::string("keeping the token ids in a temporary file: ") + failure.what());
    return std::nullopt;
  }
  return shard.string();
}

IdShard cached_shard(const std::string& shard, const std::string& path, const Tokenizer& tokenizer,
                     const std::string& encoding, const ShardOrigin& origin, const LogSink& log) {
  std::error_code error;
  if (fs::exists(shard, error)) {
    try {
      IdShard found = open_id_shard(shard, origin);
      log("reusing the token ids of " + path + " in " + shard);
      return found;
    } catch (const UserError& reason) {
      log(std::string("encoding again: ") + reason.what());
    }
  }
  write_shard(shard, path, tokenizer, encoding, origin, log);
  return open_id_shard(shard, origin);
}

IdShard temporary_shard(const std::string& path, const Tokenizer& tokenizer,
                        const std::string& encoding, const LogSink& log) {
  const TemporaryDirectory directory;
  write_shard(directory.file(), path, tokenizer, encoding, {}, log);
  return open_id_shard(directory.file(), {});  // stays mapped when the name goes
}

IdShard any_shard(const std::string& path, const Tokenizer& tokenizer, const std::string& encoding,
                  const std::string& cache_directory, const LogSink& log) {
  std::error_code error;
  // What is no regular file (standard input, a pipe) can be read only once, so it has no checksum.
  if (!cache_directory.empty() && path != "-" && fs::is_regular_file(path, error)) {
    ShardOrigin origin;
    origin.source = MappedFile(path).checksum();
    origin.recipe = checksum(encoding, checksum(tokenizer.serialize()));
    const auto shard = shard_path(path, cache_directory, origin, log);
    if (shard) return cached_shard(*shard, path, tokenizer, encoding, origin, log);
  }
  return temporary_shard(path, tokenizer, encoding, log);
}

}  // namespace

TokenStream TokenStream::open(const std::string& path, const Tokenizer& tokenizer,
                              const std::string& encoding, const std::string& cache_directory,
                              const LogSink& log) {
  const IdShard shard = any_shard(path, tokenizer, encoding, cache_directory, log);
  TokenStream stream;
  stream.file_ = shard.file;
  stream.ids_ = shard.ids;
  stream.size_ = shard.count;
  stream.characters_ = shard.characters;
  stream.width_ = shard.width;
  return stream;
}

TokenStream TokenStream::from_ids(const std::vector<int>& ids) {
  static_assert(sizeof(int) == 4);
  TokenStream stream;
  stream.memory_ = std::make_shared<const std::vector<int>>(ids);
  stream.ids_ = std::as_bytes(std::span(*stream.memory_)).data();
  stream.size_ = ids.size();
  stream.width_ = 4;
  return stream;
}

int TokenStream::operator[](std::uint64_t position) const {
  int id = 0;
  read(position, 1, &id);
  return id;
}

void TokenStream::release() const {
  if (file_) file_->release();
}

void TokenStream::read(std::uint64_t begin, std::uint64_t count, int* out) const {
  if (begin > size_ || count > size_ - begin) {
    throw std::out_of_range("TokenStream::read outside the stream");
  }
  if (count == 0) return;
  const std::byte* from = ids_ + begin * static_cast<std::uint64_t>(width_);
  if (width_ == 4) {
    std::memcpy(out, from, count * 4);
    return;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint16_t id = 0;
    std::memcpy(&id, from + 2 * i, 2);
    out[i] = id;
  }
}

}  // namespace weft
