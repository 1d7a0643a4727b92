// IDX files, the format of MNIST (Y. LeCun, C. Cortes, C. Burges): arrays of numbers, big-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weft {

/// The type codes of the format.
enum class IdxType : std::uint8_t {
  unsigned_byte = 0x08,
  signed_byte = 0x09,
  short_integer = 0x0b,
  integer = 0x0c,
  single_precision = 0x0d,
  double_precision = 0x0e
};

/// As many items as the first dimension says, each of as many values as the others multiply to (one
/// if there are none: labels).
class IdxArray {
 public:
  IdxArray(IdxType type, std::vector<std::size_t> shape, std::string bytes);

  IdxType type() const { return type_; }
  const std::vector<std::size_t>& shape() const { return shape_; }
  std::size_t items() const { return shape_.front(); }
  std::size_t item_size() const { return item_size_; }  // values
  /// Value `index` of item `item`, both in range, as it is stored (a pixel: 0 to 255).
  double value(std::size_t item, std::size_t index = 0) const;

 private:
  IdxType type_;
  std::vector<std::size_t> shape_;
  std::size_t item_size_ = 1;
  std::string bytes_;
};

/// Reads a whole file, packed (.gz, .xz) or not. Throws FormatError if the file cannot be read, is
/// no IDX file, or has fewer or more bytes than its header says. Never allocates more than twice
/// what the file really holds.
IdxArray read_idx(const std::string& path);

/// True if the file begins as an IDX file does. Not for standard input, whose bytes would be gone.
/// Throws FormatError if it cannot be read.
bool is_idx(const std::string& path);

}  // namespace weft
