// chrF (Popović 2015, 2016), sacreBLEU's: characters instead of words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft {

/// What chrF is computed from. The counts of a corpus are the sum of its segments'.
struct ChrfCounts {
  static constexpr std::size_t kOrder = 6;
  std::array<std::uint64_t, kOrder> matches{};     // n-grams of characters that both have
  std::array<std::uint64_t, kOrder> hypothesis{};  // those of the hypothesis, left out where the
                                                   // segment's reference is too short to have any
  std::array<std::uint64_t, kOrder> reference{};
  ChrfCounts& operator+=(const ChrfCounts& other);
};

/// Of one segment. White space counts for nothing, case counts.
ChrfCounts chrf_counts(std::string_view hypothesis, std::string_view reference);

/// chrF2 in percent: precision P and recall R, each a mean over the orders n = 1 to 6 of which both
/// sides have n-grams, give 5·P·R / (4·P + R), so that recall weighs twice as much.
double chrf(const ChrfCounts& counts);

}  // namespace weft
