// Random texts that look like a given one: what a secret might as well have been.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace weft {

/// Each digit becomes a random digit of its script, each Latin, Greek or Cyrillic letter a random
/// letter of its alphabet (Latin: a to z) and case; what else there is stays.
class SameForm {
 public:
  /// Valid UTF-8.
  explicit SameForm(std::string_view text);
  /// log2 of the number of texts of this form; 0 if there is nothing to vary.
  double bits() const;
  std::string draw(RandomStream& random) const;

 private:
  std::vector<std::vector<std::string>> places_;  // what each character may be
};

}  // namespace weft
