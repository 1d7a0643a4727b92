#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace weft {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

/// The cause and what to do, for the errors that people meet.
std::string explain(int error) {
  switch (error) {
    case ENOENT:
      return "no such directory; make it first or name another place";
    case ENOTDIR:
      return "a part of the path is a file, not a directory; name another place";
    case EISDIR:
      return "it is a directory; name a file in it";
    case EACCES:
    case EPERM:
      return "permission denied; choose a place you may write to";
    case EROFS:
      return "the file system is read-only; choose another place";
    case ENOSPC:
    case EDQUOT:
      return "the disk is full; make room or choose another place";
    case EFBIG:
      return "the file would be larger than this system allows";
    case ENAMETOOLONG:
      return "the name is too long; choose a shorter one";
    default:
      return std::generic_category().message(error);
  }
}

[[noreturn]] void throw_cannot_write(const std::string& path, int error) {
  throw UserError("cannot write '" + path + "': " + explain(error));
}

std::string directory_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

/// The file a symbolic link stands for, also when that file does not exist yet.
std::string behind_links(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const auto real = std::filesystem::weakly_canonical(path, error);
  if (error) return path;
  if (!std::filesystem::is_symlink(real, error)) return real.string();
  const auto next = std::filesystem::read_symlink(real, error);  // dangling
  return (real.parent_path() / next).string();
}

/// A descriptor that stands for the standard output or error, -1 for any other path: opening those
/// anew would write over what has been printed already if they lead to a file.
int standard_descriptor(const std::string& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  return -1;
}

/// Also checks what rename() alone would not mind.
void check_target(const std::string& path, const struct stat& status) {
  if (S_ISDIR(status.st_mode)) throw_cannot_write(path, EISDIR);
  if (access(path.c_str(), W_OK) != 0) throw_cannot_write(path, errno);
}

void write_all(int descriptor, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw std::system_error(errno, std::generic_category());
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(behind_links(path)) {
  if (path.empty()) throw UserError("cannot write a file without a name; name one");
  if (const int standard = standard_descriptor(path); standard >= 0) {
    descriptor_ = fcntl(standard, F_DUPFD_CLOEXEC, 0);
    if (descriptor_ < 0) fail(errno);
    return;
  }
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) fail(errno);
    if (path.back() == '/') fail(EISDIR);
    open_beside(target_);
    return;
  }
  check_target(path, status);
  if (S_ISREG(status.st_mode)) {
    open_beside(target_);
    // The new file is as readable as the one it replaces; a file system without modes may refuse.
    if (fchmod(descriptor_, status.st_mode & 0777) != 0) errno = 0;
    return;
  }
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail(errno);
}

void AtomicFile::open_beside(const std::string& target) {
  // A short name of its own, as the target's may have the longest length allowed.
  const std::string stem = directory_of(target) + "/.weft-tmp-" + std::to_string(getpid()) + "-";
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = stem + std::to_string(attempt);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST && errno != EINTR) {
      const int error = errno;
      temporary_.clear();
      fail(error);
    }
  }
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
}

void AtomicFile::fail(int error) {
  discard();
  throw_cannot_write(path_, error);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void AtomicFile::write(std::string_view text) {
  if (descriptor_ < 0) throw std::logic_error("AtomicFile: used after commit or failure");
  if (buffer_.size() + text.size() < kBufferBytes) {
    buffer_.append(text);
    return;
  }
  flush();
  try {
    write_all(descriptor_, text.data(), text.size());
  } catch (const std::system_error& error) {
    fail(error.code().value());
  }
}

void AtomicFile::flush() {
  try {
    write_all(descriptor_, buffer_.data(), buffer_.size());
  } catch (const std::system_error& error) {
    fail(error.code().value());
  }
  buffer_.clear();
}

void AtomicFile::commit() {
  if (descriptor_ < 0) throw std::logic_error("AtomicFile: used after commit or failure");
  flush();
  const bool direct = temporary_.empty();
  if (!direct && fsync(descriptor_) != 0) fail(errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) fail(errno);
  if (direct) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
  temporary_.clear();
  // The file is in place; a file system that cannot sync a directory does not make that untrue.
  const int directory = ::open(directory_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    fsync(directory);
    ::close(directory);
  }
}

void require_writable(const std::string& path) {
  struct stat status {};
  if (standard_descriptor(path) < 0 && stat(path.c_str(), &status) == 0 &&
      !S_ISREG(status.st_mode)) {
    check_target(path, status);  // opening a pipe would wait for its reader
    return;
  }
  AtomicFile probe(path);
}

namespace {

[[noreturn]] void throw_cannot_read(const std::string& path, int error) {
  const std::string start = "cannot read '" + path + "': ";
  if (error == ENOENT) throw UserError(start + "no such file; check the name");
  if (error == EISDIR) throw UserError(start + "it is a directory; name a file in it");
  if (error == EACCES) throw UserError(start + "permission denied; choose a file you may read");
  if (error == ENODEV) throw UserError(start + "it is not a regular file; copy it to one first");
  throw UserError(start + std::generic_category().message(error));
}

/// Closes a descriptor however the block is left.
struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

}  // namespace

MappedFile::MappedFile(const std::string& path) : path_(path) {
  // O_NONBLOCK: a pipe must be refused, not waited for.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.value < 0) throw_cannot_read(path, errno);
  struct stat status {};
  if (fstat(file.value, &status) != 0) throw_cannot_read(path, errno);
  if (S_ISDIR(status.st_mode)) throw_cannot_read(path, EISDIR);
  if (!S_ISREG(status.st_mode)) throw_cannot_read(path, ENODEV);
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;  // nothing can be mapped
  // NORESERVE: only the pages somebody writes to cost memory.
  void* map =
      mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.value, 0);
  if (map == MAP_FAILED) throw_cannot_read(path, errno);
  data_ = static_cast<std::byte*>(map);
}

MappedFile::~MappedFile() {
  if (data_) munmap(data_, size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void MappedFile::release() const {
  if (data_) madvise(data_, size_, MADV_DONTNEED);
}

std::uint64_t MappedFile::checksum() const {
  constexpr std::size_t kPiece = 16 << 20;
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                       &XXH3_freeState);
  if (!state) throw std::bad_alloc();
  XXH3_64bits_reset(state.get());
  for (std::size_t begin = 0; begin < size_; begin += kPiece) {
    XXH3_64bits_update(state.get(), data_ + begin, std::min(kPiece, size_ - begin));
    release();
  }
  return XXH3_64bits_digest(state.get());
}

std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t checksum(std::string_view text, std::uint64_t seed) {
  return checksum(std::as_bytes(std::span(text.data(), text.size())), seed);
}

std::string checksum_digits(std::uint64_t checksum) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(checksum));
  return digits;
}

}  // namespace weft
