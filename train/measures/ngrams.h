// What the measures of translations count.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft {

/// Items that both lists have, each as often as the list that has fewer of it. Sorts the shorter
/// list only: the other one may be a whole book.
template <class Item>
std::uint64_t common_items(const std::vector<Item>& a, const std::vector<Item>& b) {
  if (a.size() > b.size()) return common_items(b, a);
  std::vector<Item> sorted = a;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> taken(sorted.size());  // of an item's equals, where the first one stands
  std::uint64_t common = 0;
  for (const Item& item : b) {
    const auto first = static_cast<std::size_t>(
        std::lower_bound(sorted.begin(), sorted.end(), item) - sorted.begin());
    if (first == sorted.size()) continue;
    const std::size_t next = first + taken[first];
    if (next == sorted.size() || sorted[next] != item) continue;
    ++taken[first];
    ++common;
  }
  return common;
}

}  // namespace weft
