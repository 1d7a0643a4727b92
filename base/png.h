// Grey pictures as PNG files, for pages that hold everything in themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weft {

/// A PNG file (ISO/IEC 15948) of one byte a pixel, rows from the top; `pixels` has width · height.
std::string grey_png(std::size_t width, std::size_t height,
                     const std::vector<std::uint8_t>& pixels);

/// RFC 4648, with padding.
std::string base64(const std::string& bytes);

}  // namespace weft
