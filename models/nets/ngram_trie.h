// N-grams as a trie: interpolated modified Kneser-Ney smoothing (Kneser & Ney 1995; Chen & Goodman
// 1998) when it is asked, not when it is made.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "base/options.h"
#include "models/core/parameter.h"

namespace weft {

struct NgramModelOptions {
  int order = 5;  // of the longest n-grams
  int prune = 0;  // n-grams of three tokens and more that came so often, or less, are left out
  void visit(OptionVisitor& v);
};

/// The n-grams of a text: those of n tokens are sorted by the node of their first n − 1 tokens,
/// then by their last token. p(w | c) is that of the longest n-gram `c w` that is there; for each
/// token that c must be shortened by, the back-off weight of the longer context is a factor.
class NgramTrie {
 public:
  /// Registers its numbers in `store`. `sizes`: n-grams of each order from 2 on; every token of the
  /// vocabulary is one of order 1.
  NgramTrie(ParameterStore& store, const NgramModelOptions& options, int vocabulary,
            const std::vector<std::uint64_t>& sizes);

  /// What was read: at most order − 1 tokens, from the last <eos> on.
  struct State {
    std::vector<int> context;
  };
  State start() const;
  void read(State& state, int token) const;
  /// Natural logarithm.
  double log_probability(const State& state, int token) const;
  struct KnownContext {
    int length;  // tokens, 0 to order − 1
    /// Share of the probability that it leaves to shorter contexts; 1 for no context.
    double left_over;
  };
  /// As many of the last tokens as it has seen in a row before, with something after them.
  KnownContext known_context(const State& state) const;
  /// Of all tokens, V × 1; −∞ for those that never come (padding).
  Matrix log_probabilities(const State& state) const;

  /// Whether the numbers that are places, which a file may bring, lie where they must.
  bool is_consistent() const;

  int order() const { return options_.order; }
  /// Options and sizes, for the model file.
  nlohmann::json description() const;

  /// The n-grams of one order, for train/language/kneser_ney.h. All are vectors; numbers that count
  /// are whole, below 2^24, as they are stored as floats.
  struct Level {
    Parameter* word;  // of an n-gram its last token; order 1: none, its place is its token
    Parameter* log_probability;
    Parameter* back_off;  // logarithm; of the highest order: none
    Parameter* first;     // its first child in the next order, and one more; likewise
  };
  Level& level(int n) { return levels_[static_cast<std::size_t>(n - 1)]; }
  const Level& level(int n) const { return levels_[static_cast<std::size_t>(n - 1)]; }
  /// The most n-grams of an order.
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 24;

 private:
  /// The node of `tokens` [begin, end), or −1.
  std::ptrdiff_t find(const std::vector<int>& tokens, std::size_t begin) const;
  std::ptrdiff_t child(int n, std::ptrdiff_t node, int token) const;

  NgramModelOptions options_;
  std::vector<std::uint64_t> sizes_;
  std::vector<Level> levels_;
};

}  // namespace weft
