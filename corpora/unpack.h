// gzip and xz streams as byte sources.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "corpora/byte_source.h"

namespace weft {

inline constexpr std::string_view kGzipMagic("\x1f\x8b", 2);
inline constexpr std::string_view kXzMagic(
    "\xfd"
    "7zXZ\0",
    6);

/// Several members one after another are one stream (RFC 1952), as `cat a.gz b.gz` makes them.
/// `name` is for errors.
std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed, std::string name);
/// The same for xz; an archive that asks for more than 512 MiB of memory is refused.
std::unique_ptr<ByteSource> unpack_xz(std::unique_ptr<ByteSource> packed, std::string name);

}  // namespace weft
