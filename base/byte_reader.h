// Bounded reading of bytes that nobody has checked yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace weft {

/// Reads little-endian values one after another. Each read is bounded by the bytes that remain;
/// a read past them throws FormatError with `name` and the offset.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string name);

  template <class T>
  T read() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::span<const std::byte> take(std::uint64_t count);
  /// A 64-bit length, then that many bytes.
  std::string_view read_string();

  std::uint64_t offset() const { return offset_; }
  std::uint64_t remaining() const { return bytes_.size() - offset_; }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
  std::uint64_t offset_ = 0;
};

/// The counterpart: appends to a string what ByteReader reads.
class ByteWriter {
 public:
  template <class T>
  void write(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void write_string(std::string_view text);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace weft
