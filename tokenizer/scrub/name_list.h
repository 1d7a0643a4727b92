// Names of people to look for, kept as hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace weft {

/// Words are runs of letters, marks and digits; in scripts that are written without spaces
/// (Chinese, Japanese, Thai, …) each character is one, so that a name is found anywhere. Const use
/// is thread-safe.
class NameList {
 public:
  /// A name of one or several words, which then stand together in a text as they do here. Valid
  /// UTF-8 as the normaliser leaves it. False if there is no letter in it, or more than 16 words.
  bool add(std::string_view name);
  /// Where names stand, in the order of the text: bytes [first, second). Case counts, except that a
  /// name may stand in capitals. The longest name that begins with a word is taken.
  std::vector<std::pair<std::size_t, std::size_t>> find(std::string_view text) const;

  std::size_t size() const { return hashes_.size(); }
  /// XXH3-64 of the names, rising, and the number of words of the longest one: for the model file.
  std::vector<std::uint64_t> hashes() const;
  std::size_t longest() const { return longest_; }
  static NameList restore(const std::vector<std::uint64_t>& hashes, std::size_t longest);

 private:
  std::unordered_set<std::uint64_t> hashes_;
  std::size_t longest_ = 0;
};

inline constexpr std::size_t kMostWordsOfName = 16;

}  // namespace weft
