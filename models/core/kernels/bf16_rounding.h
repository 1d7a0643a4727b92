// A float rounded to bfloat16, for files compiled for several instruction sets.
#pragma once

#include <cstdint>

namespace weft::kernels {

/// To the nearest, ties to even, as the bits of a float whose lower half is zero; NaN stays NaN.
[[gnu::always_inline]] inline std::uint32_t bf16_bits(float x) {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x);
  const std::uint32_t nearest = bits + 0x7fffu + ((bits >> 16) & 1u);
  const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  return (is_nan ? bits | 0x400000u : nearest) & 0xffff0000u;
}

}  // namespace weft::kernels
