// Personal data in a text, replaced by placeholders before a model sees it.
#pragma once

#include <string>
#include <string_view>

#include "tokenizer/scrub/name_list.h"
#include "tokenizer/scrub/placeholders.h"

namespace weft {

/// What the lines before one say about it.
struct LinesBefore {
  bool closing = false;  // "Best regards,": a name may stand below
};

/// E-mail addresses, URLs, telephone, card and account numbers by their form, cards (Luhn) and
/// international account numbers (ISO 7064) by their check digits too; names of people behind a
/// salutation, a title or a closing, and those of a list. Immutable once its names are added:
/// threads share it.
class Scrubber {
 public:
  explicit Scrubber(NameList names = {}) : names_(std::move(names)) {}

  /// `text`: a line of valid UTF-8, as a normaliser leaves it that keeps case. The time that it
  /// takes grows as the length does, whatever the text is. What lines before this one say is read
  /// from `before`, and what this one says for the next is left there.
  std::string operator()(std::string_view text, LinesBefore& before) const;
  const NameList& names() const { return names_; }

  /// For the model file; the other way throws FormatError naming `source`.
  std::string serialize() const;
  static Scrubber deserialize(std::string_view bytes, const std::string& source);

 private:
  std::string without_names(std::string text) const;
  NameList names_;
};

}  // namespace weft
