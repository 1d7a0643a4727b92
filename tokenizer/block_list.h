// Words that must not be suggested to anybody.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

/// Words are compared without regard to case, to how accents and apostrophes are encoded, and by
/// their stems (Snowball's), so that an entry stands for its regular inflections. In scripts that
/// are written without spaces (Chinese, Japanese, Thai, …) an entry is found anywhere. Const use is
/// thread-safe.
class BlockList {
 public:
  /// `languages`: English names that Snowball knows, with commas between them ("english,german"),
  /// or "none": words as they are. Throws UserError for another one.
  explicit BlockList(const std::string& languages = "none");

  /// An entry of one or several words, valid UTF-8. False if there is no word in it.
  bool add(std::string_view entry);
  /// Whether `text`, valid UTF-8, holds a blocked word that ends behind the first `from` bytes.
  bool blocks(std::string_view text, std::size_t from = 0) const;
  bool empty() const { return longest_ == 0 && anywhere_.empty(); }

 private:
  struct Language {
    std::string name;
    std::set<std::vector<std::string>> stems;  // of an entry's words
  };
  bool blocks_anywhere(std::string_view text, std::size_t from) const;
  bool blocks(const Language& language, const std::vector<std::string>& words,
              std::size_t first_new) const;

  std::vector<Language> languages_;
  std::size_t longest_ = 0;            // words in an entry
  std::vector<std::string> anywhere_;  // entries of scripts without spaces
};

}  // namespace weft
