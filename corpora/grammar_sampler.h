// Sentences drawn from a weighted context-free grammar. docs/samples.md tells the file format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "corpora/disjoint_parts.h"
#include "corpora/grammar.h"

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
  friend class GrammarExpander;
  struct Piece {
    GrammarElement::Kind kind = GrammarElement::Kind::words;
    Words words;
    std::size_t symbol = 0;
    std::size_t source_piece = 0;  // on the target side: the source's piece it is derived with
    bool linked = false;
    WordFilter filter = WordFilter::none;
  };
  struct Alternative {
    double weight = 1;
    std::string label;
    std::vector<Piece> source;
    std::vector<Piece> target;  // if `translated`
    bool translated = false;
    std::size_t height = 0;  // of the lowest tree below it
  };
  struct Symbol {
    std::string name;
    std::uint64_t line = 0;
    double total = 0;
    std::size_t height = 0;
    std::vector<Alternative> alternatives;
  };
  struct Derived {
    Words source;
    Words target;
    const std::string* label = nullptr;
  };

  const Alternative& choose(const Symbol& symbol, RandomStream& random, int depth) const;
  Derived derive(std::size_t symbol, RandomStream& random, int depth) const;
  Words derive_target(const Alternative& alternative, const std::vector<Derived>& source,
                      RandomStream& random, int depth) const;

  std::string path_;
  std::array<VowelRules, 2> vowels_;
  std::vector<Symbol> symbols_;  // the first one is the start
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
/// two parts share a sentence (see DisjointParts; a target sentence counts as well), no sample comes
/// twice, and none holds a phrase of `excluded`. A part that the seeds overfill keeps a random
/// choice of them. Throws UserError if the grammar does not give that many.
SampleSplit sample_split(const GrammarSampler& sampler, RandomStream& random,
                         const SplitCounts& counts, std::vector<TextSample> seeds = {},
                         const std::vector<std::string>& excluded = {});

}  // namespace weft
