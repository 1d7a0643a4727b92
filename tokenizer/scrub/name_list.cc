#include "tokenizer/scrub/name_list.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "base/file.h"
#include "tokenizer/code_point.h"

namespace weft {
namespace {

using Range = std::pair<std::size_t, std::size_t>;

std::vector<Range> words_of(std::string_view text) {
  std::vector<Range> words;
  bool open = false;
  for (std::size_t place = 0; place < text.size();) {
    const std::size_t begin = place;
    const UChar32 c = next_code_point(text, place);
    const bool part = c >= 0 && is_part_of_word(c), alone = part && is_unspaced(c);
    if (open && part && !alone) {
      words.back().second = place;
    } else if (part) {
      words.emplace_back(begin, place);
    }
    open = part && !alone;
  }
  return words;
}

/// Typographic apostrophes count as straight ones.
std::uint64_t hash_of(std::string_view name) {
  constexpr std::string_view kCurly = "\u2019";
  std::string plain(name);
  for (std::size_t at = plain.find(kCurly); at != std::string::npos; at = plain.find(kCurly))
    plain.replace(at, kCurly.size(), "'");
  return checksum(plain);
}

/// "LEE" as a list has it, "Lee"; empty if it is not all capitals.
std::string without_capitals(std::string_view word) {
  std::string result;
  for (std::size_t place = 0; place < word.size();) {
    const UChar32 c = next_code_point(word, place);
    if (c < 0 || !u_isupper(c)) return {};
    append_code_point(result, result.empty() ? c : u_tolower(c));
  }
  return result;
}

bool has_letter(std::string_view text) {
  for (std::size_t place = 0; place < text.size();)
    if (const UChar32 c = next_code_point(text, place); c >= 0 && u_isalpha(c)) return true;
  return false;
}

}  // namespace

bool NameList::add(std::string_view name) {
  const std::vector<Range> words = words_of(name);
  if (words.empty() || words.size() > kMostWordsOfName || !has_letter(name)) return false;
  const std::size_t begin = words.front().first, end = words.back().second;
  hashes_.insert(hash_of(name.substr(begin, end - begin)));
  longest_ = std::max(longest_, words.size());
  return true;
}

std::vector<Range> NameList::find(std::string_view text) const {
  std::vector<Range> found;
  if (hashes_.empty()) return found;
  const std::vector<Range> words = words_of(text);
  std::vector<std::string> lowered;
  for (const auto& [begin, end] : words)
    lowered.push_back(without_capitals(text.substr(begin, end - begin)));
  for (std::size_t first = 0; first < words.size();) {
    const std::size_t begin = words[first].first;
    std::size_t names = 0;  // words of the longest name that begins here
    std::string from_capitals = lowered[first];
    for (std::size_t count = 1; count <= std::min(longest_, words.size() - first); ++count) {
      const std::size_t last = first + count - 1;
      if (count > 1 && !from_capitals.empty()) {
        from_capitals +=
            text.substr(words[last - 1].second, words[last].first - words[last - 1].second);
        from_capitals = lowered[last].empty() ? "" : from_capitals + lowered[last];
      }
      if (hashes_.contains(hash_of(text.substr(begin, words[last].second - begin))) ||
          (!from_capitals.empty() && hashes_.contains(hash_of(from_capitals))))
        names = count;
    }
    if (names > 0) found.emplace_back(begin, words[first + names - 1].second);
    first += std::max<std::size_t>(1, names);
  }
  return found;
}

std::vector<std::uint64_t> NameList::hashes() const {
  std::vector<std::uint64_t> rising(hashes_.begin(), hashes_.end());
  std::sort(rising.begin(), rising.end());
  return rising;
}

NameList NameList::restore(const std::vector<std::uint64_t>& hashes, std::size_t longest) {
  NameList list;
  list.hashes_.insert(hashes.begin(), hashes.end());
  list.longest_ = longest;
  return list;
}

}  // namespace weft
