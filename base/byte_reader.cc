#include "base/byte_reader.h"

#include <utility>

#include "base/error.h"

namespace weft {

ByteReader::ByteReader(std::span<const std::byte> bytes, std::string name)
    : bytes_(bytes), name_(std::move(name)) {}

std::span<const std::byte> ByteReader::take(std::uint64_t count) {
  if (count > remaining()) {
    throw FormatError::at_byte(name_, offset_,
                               "needs " + std::to_string(count) + " bytes here but only " +
                                   std::to_string(remaining()) +
                                   " remain; the file is damaged or truncated, fetch or make it "
                                   "again");
  }
  const auto taken = bytes_.subspan(offset_, count);
  offset_ += count;
  return taken;
}

std::string_view ByteReader::read_string() {
  const auto length = read<std::uint64_t>();
  const auto taken = take(length);
  return {reinterpret_cast<const char*>(taken.data()), taken.size()};
}

void ByteWriter::write_string(std::string_view text) {
  write(static_cast<std::uint64_t>(text.size()));
  bytes_.append(text);
}

}  // namespace weft
