// Pictures of simple shapes, drawn by the program: what `weft demo` shows an autoencoder.
#pragma once

#include <cstddef>
#include <cstdint>

#include "corpora/feature_table.h"

namespace weft {

inline constexpr std::size_t kShapePixels = 20;  // across and down

/// Pictures of kShapePixels × kShapePixels: a white disc, ring, square, triangle or cross, which is
/// their label, of any size, place and, within bounds, slant, on black. The same for the same
/// arguments on every machine but for the last bit of a pixel. `count` > 0.
FeatureTable draw_shapes(std::uint64_t seed, std::size_t count);

}  // namespace weft
