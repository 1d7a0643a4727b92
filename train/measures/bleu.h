// BLEU (Papineni et al. 2002) of a corpus with one reference a segment: sacreBLEU's (Post 2018),
// and that of the older literature.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

/// What BLEU is computed from. The counts of a corpus are the sum of its segments'.
struct BleuCounts {
  static constexpr std::size_t kOrder = 4;
  std::array<std::uint64_t, kOrder> matches{};  // n-grams of the hypothesis that the reference has,
                                                // each at most as often as there
  std::array<std::uint64_t, kOrder> total{};    // n-grams of the hypothesis
  std::uint64_t hypothesis_length = 0, reference_length = 0;  // tokens
  BleuCounts& operator+=(const BleuCounts& other);
};

/// Text as WMT's mteval-v13a.pl splits it, tokens joined by single spaces: XML's four entities are
/// undone; ASCII punctuation stands alone, but for an apostrophe, a period or comma between
/// digits, and a hyphen that does not follow a digit. Anything beyond ASCII is left alone.
std::string tokenize_13a(std::string_view text);
/// Lower-cased words as they stand between white space, joined by single spaces: for corpora that
/// are tokenised already.
std::string lowercase_words(std::string_view text);

/// Of one segment. Tokens are separated by single spaces; an empty text has none. (sacreBLEU
/// refuses an empty reference.)
BleuCounts bleu_counts(const std::string& hypothesis, const std::string& reference);

enum class BleuSmoothing {
  none,        // BLEU is 0 if an order has no match: multi-bleu.perl
  exponential  // the k-th order without a match counts as 1 / 2^k matches: mteval-v13a, sacreBLEU
};
/// brevity penalty · the geometric mean of the four precisions, in percent. 0 if nothing matches or
/// no hypothesis has four tokens.
double bleu(const BleuCounts& counts, BleuSmoothing smoothing);

/// How sacreBLEU names what bleu(…, exponential) over tokenize_13a() computes.
std::string bleu_signature();

}  // namespace weft
