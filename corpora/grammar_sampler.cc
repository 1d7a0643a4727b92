#include "corpora/grammar_sampler.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace weft {
namespace {

constexpr int kMaxDepth = 100;
// Draws in a row that bring nothing new, after which a grammar counts as exhausted.
constexpr std::size_t kPatience = 20000;

void apply(WordFilter filter, Words& words) {
  if (filter == WordFilter::capital) capitalise(words);
  if (filter == WordFilter::lower) lower_case(words);
  if (filter == WordFilter::bare) drop_apostrophes(words);
}

/// One side of a sentence as it grows; a join sign removes the space before the next word.
class Side {
 public:
  void join() { join_ = true; }
  void append(Words added, WordFilter filter) {
    if (added.empty()) return;
    apply(filter, added);
    if (join_) added.front().joined = true;
    join_ = false;
    words_.insert(words_.end(), added.begin(), added.end());
  }
  Words take() { return std::move(words_); }

 private:
  Words words_;
  bool join_ = false;
};

bool has_target(const ExpandedSymbol& symbol) {
  return std::any_of(symbol.alternatives.begin(), symbol.alternatives.end(),
                     [](const ExpandedAlternative& a) { return a.translated; });
}

}  // namespace

GrammarSampler::GrammarSampler(std::string_view text, const std::string& path) {
  Grammar grammar = parse_grammar(text, path);
  symbols_ = expand_grammar(grammar);
  vowels_ = std::move(grammar.vowels);
  translates_ = std::any_of(symbols_.begin(), symbols_.end(), has_target);
}

TextSample GrammarSampler::sample(RandomStream& random) const {
  const Derived derived = derive(0, random, 0);
  TextSample sample;
  if (derived.label != nullptr) sample.label = *derived.label;
  sample.text = join_words(derived.source, vowels_[0]);
  if (translates_) sample.target = join_words(derived.target, vowels_[1]);
  return sample;
}

const ExpandedAlternative& GrammarSampler::choose(const ExpandedSymbol& symbol,
                                                  RandomStream& random, int depth) {
  if (depth >= kMaxDepth) {
    return *std::min_element(symbol.alternatives.begin(), symbol.alternatives.end(),
                             [](const auto& a, const auto& b) { return a.height < b.height; });
  }
  double left = random.uniform() * symbol.total;
  for (const ExpandedAlternative& alternative : symbol.alternatives) {
    left -= alternative.weight;
    if (left < 0) return alternative;
  }
  return symbol.alternatives.back();  // only by rounding
}

GrammarSampler::Derived GrammarSampler::derive(std::size_t symbol, RandomStream& random,
                                               int depth) const {
  const ExpandedAlternative& alternative = choose(symbols_[symbol], random, depth);
  Side source, target;
  std::vector<Derived> derived(alternative.source.size());
  for (std::size_t i = 0; i < derived.size(); ++i) {
    const ExpandedPiece& piece = alternative.source[i];
    if (piece.kind == GrammarElement::Kind::join) {
      source.join();
      target.join();
      continue;
    }
    if (piece.kind == GrammarElement::Kind::words) {
      derived[i].source = derived[i].target = piece.words;
    } else {
      derived[i] = derive(piece.symbol, random, depth + 1);
    }
    source.append(derived[i].source, piece.filter);
    target.append(derived[i].target, piece.filter);
  }
  Derived result;
  result.source = source.take();
  result.target =
      alternative.translated ? derive_target(alternative, derived, random, depth) : target.take();
  if (!alternative.label.empty()) result.label = &alternative.label;
  return result;
}

Words GrammarSampler::derive_target(const ExpandedAlternative& alternative,
                                    const std::vector<Derived>& source, RandomStream& random,
                                    int depth) const {
  Side target;
  for (const ExpandedPiece& piece : alternative.target) {
    if (piece.kind == GrammarElement::Kind::join) {
      target.join();
    } else if (piece.kind == GrammarElement::Kind::words) {
      target.append(piece.words, piece.filter);
    } else if (piece.linked) {
      target.append(source[piece.source_piece].target, piece.filter);
    } else {
      target.append(derive(piece.symbol, random, depth + 1).target, piece.filter);
    }
  }
  return target.take();
}

SampleSplit sample_split(const GrammarSampler& sampler, RandomStream& random,
                         const SplitCounts& counts, std::vector<TextSample> seeds,
                         const std::vector<std::string>& excluded) {
  SampleSplit split;
  std::array<std::vector<TextSample>*, 3> parts = {&split.train, &split.valid, &split.held_out};
  const std::array<std::size_t, 3> wanted = {counts.train, counts.valid, counts.held_out};
  DisjointParts disjoint(excluded);
  const auto place = [&](TextSample sample) {
    std::vector<std::string_view> texts = {sample.text};
    if (!sample.target.empty()) texts.push_back(sample.target);
    const std::optional<Part> part = disjoint.place(texts);
    if (!part) return false;
    const auto p = static_cast<std::size_t>(*part);
    if (parts[p]->size() >= wanted[p]) return false;
    parts[p]->push_back(std::move(sample));
    return true;
  };
  random.shuffle(seeds);
  for (TextSample& seed : seeds) place(std::move(seed));
  std::size_t vain = 0;
  while (split.train.size() < counts.train || split.valid.size() < counts.valid ||
         split.held_out.size() < counts.held_out) {
    vain = place(sampler.sample(random)) ? 0 : vain + 1;
    if (vain >= kPatience) {
      throw UserError(
          "the samples do not hold that many different sentences; ask for "
          "fewer");
    }
  }
  for (auto* part : parts) random.shuffle(*part);
  return split;
}

}  // namespace weft
