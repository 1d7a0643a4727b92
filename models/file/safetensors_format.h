// What the safetensors writer and reader must agree on. Private to this folder.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::safetensors {

static_assert(std::endian::native == std::endian::little,
              "tensors are stored and mapped as little-endian numbers");

inline constexpr std::uint64_t kLengthBytes = 8;
inline constexpr std::uint64_t kAlignment = 64;
/// The reference implementation's bound on the header.
inline constexpr std::uint64_t kMaxHeader = 100'000'000;
/// How a header written by weft begins, so that the checksum's place is known before its value.
inline constexpr std::string_view kChecksumPrefix = R"({"__metadata__":{"checksum":")";
inline constexpr std::string_view kNoChecksum = "0000000000000000";

/// Bytes an element; 0 for a type the format does not know.
inline std::uint64_t element_size(std::string_view type) {
  if (type == "BOOL" || type == "U8" || type == "I8" || type == "F8_E5M2" || type == "F8_E4M3")
    return 1;
  if (type == "I16" || type == "U16" || type == "F16" || type == "BF16") return 2;
  if (type == "I32" || type == "U32" || type == "F32") return 4;
  if (type == "I64" || type == "U64" || type == "F64") return 8;
  return 0;
}

/// Bytes of a tensor; nothing if 64 bits cannot hold their number.
inline std::optional<std::uint64_t> tensor_size(std::string_view type,
                                                const std::vector<std::uint64_t>& shape) {
  std::uint64_t bytes = element_size(type);
  for (const std::uint64_t dimension : shape) {
    if (dimension != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / dimension) return {};
    bytes *= dimension;
  }
  return bytes;
}

/// 16 hexadecimal digits of the checksum over length and header, then over each tensor, each seeded
/// with the result before. `header` holds kNoChecksum.
std::string chained_checksum(std::string_view length_and_header,
                             const std::vector<std::span<const std::byte>>& tensors);

}  // namespace weft::safetensors
