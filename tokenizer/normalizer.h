// Text made uniform before it is split: Unicode normalisation, case, accents, white space, control
// characters. Each step is a switch, stored in the model.
#pragma once

#include <string>
#include <string_view>

#include "base/options.h"

namespace weft {

enum class UnicodeForm { none, nfc, nfkc };

struct NormalizerOptions {
  UnicodeForm form = UnicodeForm::nfc;
  bool fold_case = false;      // full Unicode case folding: "Straße" becomes "strasse"
  bool strip_accents = false;  // "café" becomes "cafe"
  bool strip_control =
      true;  // control and format characters go; tab and line breaks are white space
  bool squeeze_space = true;  // runs of white space become one space, none at either end
  void visit(OptionVisitor& v);
};

/// Immutable and shareable between threads.
class Normalizer {
 public:
  explicit Normalizer(const NormalizerOptions& options = {});
  /// `text` must be valid UTF-8 (see check_utf8); the result is too. Idempotent.
  std::string operator()(std::string_view text) const;
  const NormalizerOptions& options() const { return options_; }

 private:
  NormalizerOptions options_;
};

}  // namespace weft
