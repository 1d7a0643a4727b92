// Sentences drawn from a weighted context-free grammar. docs/samples.md tells the file format.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "corpora/disjoint_parts.h"
#include "corpora/grammar_expander.h"

namespace weft {

/// A line of a sample: an opinion has a label, a sentence to translate has a target.
struct TextSample {
  std::string label;
  std::string text;
  std::string target;
};

/// The sampler is const when used: threads may share it, each with its own random stream.
class GrammarSampler {
 public:
  /// Throws FormatError with `path` and the line: bad syntax, a name that is not defined or never
  /// used, a rule that never ends, source and target that do not hold the same names.
  GrammarSampler(std::string_view grammar, const std::string& path);

  /// One derivation from the first rule, an alternative chosen with a probability in proportion to
  /// its weight. A derivation too deep to end by itself is led out the shortest way.
  TextSample sample(RandomStream& random) const;

 private:
  struct Derived {
    Words source;
    Words target;
    const std::string* label = nullptr;
  };

  static const ExpandedAlternative& choose(const ExpandedSymbol& symbol, RandomStream& random,
                                           int depth);
  Derived derive(std::size_t symbol, RandomStream& random, int depth) const;
  Words derive_target(const ExpandedAlternative& alternative, const std::vector<Derived>& source,
                      RandomStream& random, int depth) const;

  std::array<VowelRules, 2> vowels_;
  std::vector<ExpandedSymbol> symbols_;
  bool translates_ = false;
};

struct SplitCounts {
  std::size_t train = 0;
  std::size_t valid = 0;
  std::size_t held_out = 0;
};

struct SampleSplit {
  std::vector<TextSample> train;
  std::vector<TextSample> valid;
  std::vector<TextSample> held_out;
};

/// Fills the three parts, first with what `seeds` hold, then with samples, and shuffles each. No
/// two parts share a sentence (see DisjointParts; a target sentence counts as well), no sample
/// comes twice, and none holds a phrase of `excluded`. A part that the seeds overfill keeps a
/// random choice of them. Throws UserError if the grammar does not give that many.
SampleSplit sample_split(const GrammarSampler& sampler, RandomStream& random,
                         const SplitCounts& counts, std::vector<TextSample> seeds = {},
                         const std::vector<std::string>& excluded = {});

}  // namespace weft
