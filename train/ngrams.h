// What the measures of translations count.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace weft {

/// Items that both lists have, each as often as the list that has fewer of it.
template <class Item>
std::uint64_t common_items(std::vector<Item> a, std::vector<Item> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::uint64_t common = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i < *j) {
      ++i;
    } else if (*j < *i) {
      ++j;
    } else {
      ++common, ++i, ++j;
    }
  }
  return common;
}

}  // namespace weft
