// Sums of products of 8-bit integers: what a product with quantized weights spends its time on.
// All kernels give the same integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::kernels {

/// Outputs that lie side by side in memory, inputs that do, and the bytes of both.
inline constexpr std::size_t kBlockOutputs = 16, kQuadInputs = 4, kBlockQuadBytes = 64;
/// The most that one call of a kernel takes.
inline constexpr std::size_t kTileBlocks = 4, kTileColumns = 4;

struct IntegerProduct {
  const char* name;
  /// sums[c · 16 · blocks + o] = Σ_k weight(o, k) · x[c · stride + k] over 4 · quads inputs, for
  /// `blocks` blocks of 16 outputs and `columns` columns. Weight (o, k) of a block is its byte
  /// 64 · (k / 4) + 4 · o + k mod 4; blocks follow one another.
  void (*tile)(std::size_t quads, std::size_t blocks, const std::int8_t* weights,
               std::size_t columns, const std::uint8_t* x, std::size_t stride, std::int32_t* sums);
};

/// The plain loops that the others are tested against.
const IntegerProduct& integer_reference();
/// What this processor does fastest; WEFT_KERNELS overrides it as in elementwise.h.
const IntegerProduct& integer_product();
/// All that this processor can run, slowest first.
std::vector<const IntegerProduct*> runnable_integer_products();

}  // namespace weft::kernels
