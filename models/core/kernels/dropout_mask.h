// The mask of dropout: a function of (key, index) and nothing else, so a range may be split in any
// way and the backward pass draws it again.
//
// A hash of three multiply-xorshift rounds on 32 bits, which every vector unit has (after two,
// elements at some distances are still correlated). The 64 bits of the key enter before and after
// the first round; the upper half of the index is mixed into the key, so a mask has 2^64 elements.
#pragma once

#include <cstdint>

namespace weft::kernels {
// Without a name on purpose: this header is compiled for several instruction sets, and the linker
// must not merge those copies.
namespace {

struct DropoutMask {
  std::uint32_t before, between;
  std::int32_t threshold;  // of 2^24: compared as signed numbers, which SSE2 can

  /// `block`: the upper 32 bits of the indices that `keep` is asked for.
  DropoutMask(std::uint64_t key, std::uint32_t block, double rate)
      : threshold(static_cast<std::int32_t>(rate * 16777216.0 + 0.5)) {
    // The finaliser of SplitMix64 (Steele, Lea & Flood 2014).
    std::uint64_t z = key + 0x9e3779b97f4a7c15u * (std::uint64_t{block} + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    before = static_cast<std::uint32_t>(z);
    between = static_cast<std::uint32_t>(z >> 32);
  }

  /// `index`: the lower 32 bits.
  bool keep(std::uint32_t index) const {
    // Shifts and multipliers: C. Wellons, "Prospecting for hash functions" (2018).
    std::uint32_t h = index ^ before;
    h = (h ^ (h >> 17)) * 0xed5ad4bbu;
    h = (h ^ (h >> 11) ^ between) * 0xac4c1b51u;
    h = (h ^ (h >> 15)) * 0x31848babu;
    h ^= h >> 14;
    return static_cast<std::int32_t>(h >> 8) >= threshold;
  }
};

}  // namespace
}  // namespace weft::kernels
