#include <immintrin.h>

#include <cstring>

#include "models/core/kernels/simd/tables.h"

namespace weft::kernels {
namespace {

using std::size_t;

// Sixteen weights of four outputs, widened, times the four inputs: two sums an output. Bytes are
// widened because VPMADDUBSW would saturate.
__m256i products(const std::int8_t* weights, __m256i inputs) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(weights));
  return _mm256_madd_epi16(_mm256_cvtepi8_epi16(bytes), inputs);
}

void block_of(size_t quads, const std::int8_t* weights, const std::uint8_t* x, std::int32_t* sums) {
  __m256i sum[4] = {};  // of outputs 0–3, 4–7, 8–11, 12–15, two numbers an output
  for (size_t q = 0; q < quads; ++q) {
    std::int32_t four;
    std::memcpy(&four, x + q * kQuadInputs, sizeof four);
    const __m256i inputs = _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
    for (size_t i = 0; i < 4; ++i)
      sum[i] = _mm256_add_epi32(sum[i], products(weights + q * kBlockQuadBytes + 16 * i, inputs));
  }
  for (size_t i = 0; i < 2; ++i) {
    // Adds neighbours, but in the order of the 128-bit halves: 0 1 4 5 2 3 6 7.
    const __m256i pairs = _mm256_hadd_epi32(sum[2 * i], sum[2 * i + 1]);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + 8 * i),
                        _mm256_permute4x64_epi64(pairs, 0xd8));
  }
}

void tile(size_t quads, size_t blocks, const std::int8_t* weights, size_t columns,
          const std::uint8_t* x, size_t stride, std::int32_t* sums) {
  for (size_t b = 0; b < blocks; ++b)
    for (size_t c = 0; c < columns; ++c)
      block_of(quads, weights + b * quads * kBlockQuadBytes, x + c * stride,
               sums + (c * blocks + b) * kBlockOutputs);
}

}  // namespace

const IntegerProduct& integer_avx2() {
  static constexpr IntegerProduct table = {"avx2", tile};
  return table;
}

}  // namespace weft::kernels
