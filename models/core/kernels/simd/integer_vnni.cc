#include <immintrin.h>

#include <cstring>

#include "models/core/kernels/simd/tables.h"

namespace weft::kernels {
namespace {

using std::size_t;

/// Multiplies four unsigned bytes with four signed ones and adds the products to a sum. Not by
/// _mm512_dpbusd_epi32, for which GCC 12 moves every sum to another register and back.
[[gnu::always_inline]] inline __m512i add_products(__m512i sum, __m512i unsigned_bytes,
                                                   __m512i signed_bytes) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(unsigned_bytes), "v"(signed_bytes));
  return sum;
}

template <size_t Blocks, size_t Columns>
void tile_of(size_t quads, const std::int8_t* weights, const std::uint8_t* x, size_t stride,
             std::int32_t* sums) {
  __m512i sum[Columns][Blocks];
  for (auto& column : sum)
    for (__m512i& block : column) block = _mm512_setzero_si512();
  for (size_t q = 0; q < quads; ++q) {
    __m512i weight[Blocks];
    for (size_t b = 0; b < Blocks; ++b)
      weight[b] = _mm512_loadu_si512(weights + (b * quads + q) * kBlockQuadBytes);
    for (size_t c = 0; c < Columns; ++c) {
      std::int32_t four;
      std::memcpy(&four, x + c * stride + q * kQuadInputs, sizeof four);
      const __m512i inputs = _mm512_set1_epi32(four);
      for (size_t b = 0; b < Blocks; ++b) sum[c][b] = add_products(sum[c][b], inputs, weight[b]);
    }
  }
  for (size_t c = 0; c < Columns; ++c)
    for (size_t b = 0; b < Blocks; ++b)
      _mm512_storeu_si512(sums + (c * Blocks + b) * kBlockOutputs, sum[c][b]);
}

template <size_t Blocks>
void tile_of(size_t quads, const std::int8_t* weights, size_t columns, const std::uint8_t* x,
             size_t stride, std::int32_t* sums) {
  switch (columns) {
    case 1:
      return tile_of<Blocks, 1>(quads, weights, x, stride, sums);
    case 2:
      return tile_of<Blocks, 2>(quads, weights, x, stride, sums);
    case 3:
      return tile_of<Blocks, 3>(quads, weights, x, stride, sums);
    default:
      return tile_of<Blocks, 4>(quads, weights, x, stride, sums);
  }
}

void tile(size_t quads, size_t blocks, const std::int8_t* weights, size_t columns,
          const std::uint8_t* x, size_t stride, std::int32_t* sums) {
  switch (blocks) {
    case 1:
      return tile_of<1>(quads, weights, columns, x, stride, sums);
    case 2:
      return tile_of<2>(quads, weights, columns, x, stride, sums);
    case 3:
      return tile_of<3>(quads, weights, columns, x, stride, sums);
    default:
      return tile_of<4>(quads, weights, columns, x, stride, sums);
  }
}

}  // namespace

const IntegerProduct& integer_vnni() {
  static constexpr IntegerProduct table = {"avx512", tile};
  return table;
}

}  // namespace weft::kernels
