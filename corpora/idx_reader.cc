#include "corpora/idx_reader.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "base/error.h"
#include "corpora/byte_source.h"

namespace weft {

namespace {

constexpr std::size_t kBlock = 1 << 20;

std::optional<std::size_t> value_bytes(std::uint8_t type) {
  switch (static_cast<IdxType>(type)) {
    case IdxType::unsigned_byte:
    case IdxType::signed_byte:
      return 1;
    case IdxType::short_integer:
      return 2;
    case IdxType::integer:
    case IdxType::single_precision:
      return 4;
    case IdxType::double_precision:
      return 8;
  }
  return std::nullopt;
}

std::uint64_t big_endian(const char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

/// At most `count` bytes, fewer only at the end; grows with what really comes.
std::string read_up_to(ByteSource& source, std::uint64_t count) {
  std::string bytes;
  while (bytes.size() < count) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, count - begin)));
    const std::size_t size = source.read(bytes.data() + begin, bytes.size() - begin);
    bytes.resize(begin + size);
    if (size == 0) break;
  }
  return bytes;
}

bool begins_as_idx(const std::string& head) {
  return head.size() == 4 && head[0] == 0 && head[1] == 0 &&
         value_bytes(static_cast<std::uint8_t>(head[2])) && head[3] >= 1 && head[3] <= 8;
}

}  // namespace

IdxArray::IdxArray(IdxType type, std::vector<std::size_t> shape, std::string bytes)
    : type_(type), shape_(std::move(shape)), bytes_(std::move(bytes)) {
  for (std::size_t i = 1; i < shape_.size(); ++i) item_size_ *= shape_[i];
}

double IdxArray::value(std::size_t item, std::size_t index) const {
  const std::size_t size = *value_bytes(static_cast<std::uint8_t>(type_));
  const std::uint64_t bits = big_endian(bytes_.data() + (item * item_size_ + index) * size, size);
  switch (type_) {
    case IdxType::unsigned_byte:
      return static_cast<double>(bits);
    case IdxType::signed_byte:
      return static_cast<double>(static_cast<std::int8_t>(bits));
    case IdxType::short_integer:
      return static_cast<double>(static_cast<std::int16_t>(bits));
    case IdxType::integer:
      return static_cast<double>(static_cast<std::int32_t>(bits));
    case IdxType::single_precision:
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case IdxType::double_precision:
      return std::bit_cast<double>(bits);
  }
  return 0;
}

IdxArray read_idx(const std::string& path) {
  const std::string name = display_name(path);
  const auto source = open_bytes(path);
  const std::string head = read_up_to(*source, 4);
  if (!begins_as_idx(head)) {
    throw FormatError::at_byte(name, 0,
                               "this is no IDX file: two zero bytes, a type and the number "
                               "of dimensions are expected");
  }
  const auto dimensions = static_cast<std::size_t>(head[3]);
  const std::string sizes = read_up_to(*source, 4 * dimensions);
  if (sizes.size() < 4 * dimensions) {
    throw FormatError::at_byte(name, 4 + sizes.size(), "the IDX file ends within its header");
  }
  std::vector<std::size_t> shape;
  std::uint64_t expected = *value_bytes(static_cast<std::uint8_t>(head[2]));
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::uint64_t size = big_endian(sizes.data() + 4 * i, 4);
    if (size == 0 || expected > (std::uint64_t{1} << 48) / size) {
      throw FormatError::at_byte(
          name, 4 + 4 * i, "the IDX header has an impossible dimension of " + std::to_string(size));
    }
    expected *= size;
    shape.push_back(size);
  }
  std::string bytes = read_up_to(*source, expected);
  char beyond = 0;
  if (bytes.size() < expected || source->read(&beyond, 1) != 0) {
    throw FormatError(name, "the IDX header promises " + std::to_string(expected) +
                                " bytes of data, but there are " +
                                (bytes.size() < expected ? "only " + std::to_string(bytes.size())
                                                         : std::string("more")) +
                                "; copy the file again");
  }
  return {static_cast<IdxType>(head[2]), std::move(shape), std::move(bytes)};
}

bool is_idx(const std::string& path) { return begins_as_idx(read_up_to(*open_bytes(path), 4)); }

}  // namespace weft
