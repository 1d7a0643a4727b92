#include "corpora/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.h"
#include "corpora/unpack.h"

namespace weft {

namespace {

std::string cause(int error) { return std::generic_category().message(error); }

/// A descriptor, with the first bytes kept so that they can be looked at before they are read.
class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : name_(display_name(path)) {
    if (path == "-") {
      descriptor_ = STDIN_FILENO;
    } else {
      descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
      owned_ = true;
      if (descriptor_ < 0) {
        if (errno == ENOENT) throw FormatError(name_, "there is no such file; check the path");
        throw FormatError(name_, "cannot open the file: " + cause(errno));
      }
    }
    struct stat status;
    if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
      close();
      throw FormatError(name_, "this is a directory; name a file in it");
    }
  }
  ~FileSource() override { close(); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  /// The first bytes: as many as tell gzip from xz from anything else, not more, so that nothing
  /// waits for input that is not needed.
  std::string_view head() {
    std::array<char, 512> buffer;
    while (head_.empty() || may_become(head_, kGzipMagic) || may_become(head_, kXzMagic)) {
      const std::size_t count = read_descriptor(buffer.data(), buffer.size());
      if (count == 0) break;
      head_.append(buffer.data(), count);
    }
    return head_;
  }

  std::size_t read(char* out, std::size_t size) override {
    if (given_ == head_.size()) return read_descriptor(out, size);
    const std::size_t count = std::min(size, head_.size() - given_);
    std::memcpy(out, head_.data() + given_, count);
    given_ += count;
    return count;
  }

 private:
  void close() {
    if (owned_ && descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  std::size_t read_descriptor(char* out, std::size_t size) {
    for (;;) {
      const ssize_t count = ::read(descriptor_, out, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) throw FormatError(name_, "cannot read the file: " + cause(errno));
    }
  }

  std::string name_;
  int descriptor_ = -1;
  bool owned_ = false;
  std::string head_;
  std::size_t given_ = 0;  // bytes of head_ already read
};

bool cut_short(const std::string& path, std::string_view ending, std::string_view head,
               std::string_view magic) {
  return path.ends_with(ending) && (head.empty() || may_become(head, magic));
}

}  // namespace

std::string display_name(const std::string& path) { return path == "-" ? "standard input" : path; }

bool may_become(std::string_view bytes, std::string_view magic) {
  return bytes.size() < magic.size() && magic.starts_with(bytes);
}

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  auto file = std::make_unique<FileSource>(path);
  const std::string_view head = file->head();
  if (head.starts_with(kGzipMagic)) return unpack_gzip(std::move(file), display_name(path));
  if (head.starts_with(kXzMagic)) return unpack_xz(std::move(file), display_name(path));
  if (cut_short(path, ".gz", head, kGzipMagic) || cut_short(path, ".xz", head, kXzMagic)) {
    throw FormatError::at_byte(path, head.size(),
                               "the archive ends within its first bytes; copy it again");
  }
  return file;
}

}  // namespace weft
