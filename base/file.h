// Files that are either complete or untouched, and files read through a memory map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weft {

/// Writes beside the target and takes its place on commit(): temporary, flush, sync, rename.
/// Destroyed without commit(), it removes the temporary and the target stays as it was.
/// Every failure throws UserError naming the target and the cause (directory, permission, full
/// disk). A symbolic link stays one: the file it points to is replaced. What cannot be replaced (a
/// pipe, a device, /dev/stdout) is written directly.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit();
  const std::string& path() const { return path_; }

 private:
  void open_beside(const std::string& target);
  void flush();
  void discard() noexcept;
  [[noreturn]] void fail(int error);
  std::string path_;       // as the caller named it
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty: written directly
  std::string buffer_;     // so that small writes are cheap
  int descriptor_ = -1;
};

/// Throws UserError unless a file could be created at `path`: checked before long work starts, so
/// that a training does not end in a model that cannot be written. Leaves no trace.
void require_writable(const std::string& path);

/// A file mapped into memory, privately: writing into the map changes this process alone.
class MappedFile {
 public:
  MappedFile() = default;
  /// Throws UserError if `path` is missing, a directory, or cannot be read.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::byte* data() { return data_; }
  std::size_t size() const { return size_; }
  const std::string& path() const { return path_; }
  /// Lets go of the memory of what was read so far, which would stay as long as nobody needs it:
  /// what is read again comes from the file. So does what was changed, as it was.
  void release() const;
  /// Of its bytes; no more than a few megabytes of them are in memory at a time.
  std::uint64_t checksum() const;

 private:
  std::string path_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// 64-bit XXH3 of `bytes`; pass an earlier result as `seed` to go on over several pieces.
std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed = 0);
std::uint64_t checksum(std::string_view text, std::uint64_t seed = 0);
/// As 16 hexadecimal digits.
std::string checksum_digits(std::uint64_t checksum);

}  // namespace weft
