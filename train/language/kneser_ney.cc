#include "train/language/kneser_ney.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "tokenizer/vocabulary.h"

namespace weft {
namespace {

/// Discounts of n-grams seen once, twice, and more often.
using Discounts = std::array<double, 3>;

/// The n-grams of one order, sorted.
struct Counted {
  std::vector<std::uint32_t> parent;  // the node of the first n − 1 tokens
  std::vector<int> word;
  std::vector<std::uint64_t> count;  // as they are
  std::vector<std::uint64_t> adjusted;
  std::vector<std::uint32_t> shorter;  // the node of the last n − 1 tokens
  std::vector<bool> begins_line;
  std::uint64_t least_count = 0;  // that an n-gram must have to be kept
  Discounts discounts{};
  std::size_t size() const { return word.size(); }
  bool is_kept(std::size_t i) const { return count[i] >= least_count; }
  std::uint64_t kept() const {
    std::uint64_t kept = 0;
    for (std::size_t i = 0; i < size(); ++i) kept += is_kept(i);
    return kept;
  }
  double mass(std::size_t i) const { return static_cast<double>(adjusted[i]); }
  double discount(std::size_t i) const {
    return adjusted[i] == 0 ? 0 : discounts[std::min<std::uint64_t>(adjusted[i], 3) - 1];
  }
};

/// A small vocabulary has no rare n-grams of a low order: then what KenLM falls back to.
Discounts discounts_of(const Counted& counted) {
  std::array<double, 4> seen{};  // n-grams seen once to four times
  for (const std::uint64_t count : counted.adjusted)
    if (count >= 1 && count <= 4) ++seen[count - 1];
  if (seen[0] == 0 || seen[1] == 0 || seen[2] == 0) return {0.5, 1, 1.5};
  const double y = seen[0] / (seen[0] + 2 * seen[1]);
  Discounts discounts{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double count = static_cast<double>(k + 1);
    discounts[k] = std::clamp(count - (count + 1) * y * seen[k + 1] / seen[k], 0.0, count);
  }
  return discounts;
}

}  // namespace

class NgramCounter {
 public:
  NgramCounter(const NgramModelOptions& options, int vocabulary, const TokenStream& text)
      : order_(options.order),
        vocabulary_(vocabulary),
        prune_(static_cast<std::uint64_t>(options.prune)),
        ids_(text.size() + 1) {
    if (text.size() >= std::numeric_limits<std::uint32_t>::max())
      throw UserError("an n-gram model can learn from 4 billion tokens at most; give less text");
    ids_[0] = kEos;  // the first line begins as the others do
    text.read(0, text.size(), ids_.data() + 1);
    count_unigrams();
    for (int n = 2; n <= order_; ++n) count(n);
    adjust();
    for (Counted& counted : orders_) counted.discounts = discounts_of(counted);
  }

  int order() const { return order_; }
  const Counted& of(int n) const { return orders_[static_cast<std::size_t>(n - 1)]; }
  std::vector<std::uint64_t> sizes() const {
    std::vector<std::uint64_t> sizes;
    for (int n = 2; n <= order_; ++n) sizes.push_back(of(n).kept());
    return sizes;
  }

 private:
  /// Order 1 has a node for each token of the vocabulary.
  void count_unigrams() {
    Counted unigrams;
    const std::size_t size = static_cast<std::size_t>(vocabulary_);
    unigrams.word.resize(size);
    std::iota(unigrams.word.begin(), unigrams.word.end(), 0);
    unigrams.count.assign(size, 0);
    for (std::size_t i = 1; i < ids_.size(); ++i)
      ++unigrams.count[static_cast<std::size_t>(ids_[i])];
    unigrams.begins_line.assign(size, false);
    unigrams.parent.assign(size, 0);
    node_.assign(ids_.begin(), ids_.end());
    orders_.push_back(std::move(unigrams));
  }

  /// node_[i]: of the n-gram that begins at i; those that would run over a line's end have none.
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  void count(int n) {
    const std::size_t length = static_cast<std::size_t>(n);
    std::vector<std::uint32_t> starts;
    for (std::size_t i = 0; i + length <= ids_.size(); ++i)
      // <eos> may be the first token, or the last.
      if (node_[i] != kNone && (length == 2 || ids_[i + length - 2] != kEos))
        starts.push_back(static_cast<std::uint32_t>(i));
    const auto key = [&](std::uint32_t i) { return std::pair(node_[i], ids_[i + length - 1]); };
    std::sort(starts.begin(), starts.end(),
              [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    Counted counted;
    std::vector<std::uint32_t> nodes(ids_.size(), kNone);
    std::pair<std::uint32_t, int> last;
    for (const std::uint32_t i : starts) {
      if (counted.size() == 0 || key(i) != last) {
        last = key(i);
        counted.parent.push_back(last.first);
        counted.word.push_back(last.second);
        counted.count.push_back(0);
        counted.shorter.push_back(node_[i + 1]);
        counted.begins_line.push_back(ids_[i] == kEos);
      }
      ++counted.count.back();
      nodes[i] = static_cast<std::uint32_t>(counted.size() - 1);
    }
    if (n > 2) counted.least_count = prune_ + 1;
    if (counted.kept() > NgramTrie::kMost)
      throw UserError("the text has more than " + std::to_string(NgramTrie::kMost) +
                      " different n-grams of order " + std::to_string(n) +
                      "; give a smaller --order, a larger --prune or less text");
    node_ = std::move(nodes);
    orders_.push_back(std::move(counted));
  }

  void adjust() {
    for (int n = 1; n <= order_; ++n) {
      Counted& here = orders_[static_cast<std::size_t>(n - 1)];
      here.adjusted = here.count;
      if (n == order_) return;
      for (std::size_t i = 0; i < here.size(); ++i)
        if (!here.begins_line[i]) here.adjusted[i] = 0;
      const Counted& longer = of(n + 1);
      for (std::size_t i = 0; i < longer.size(); ++i)
        if (!here.begins_line[longer.shorter[i]]) ++here.adjusted[longer.shorter[i]];
    }
  }

  int order_, vocabulary_;
  std::uint64_t prune_;
  std::vector<int> ids_;
  std::vector<std::uint32_t> node_;
  std::vector<Counted> orders_;
};

namespace {

void resize(Parameter* parameter) {
  if (parameter) parameter->value.zeros(parameter->rows, 1);
}

/// p of order 1: what the discounts leave is spread over all tokens that may come.
std::vector<double> unigram_probabilities(const Counted& counted) {
  double sum = 0, left = 0, tokens = 0;
  for (std::size_t i = 0; i < counted.size(); ++i) {
    sum += counted.mass(i);
    left += counted.discount(i);
    tokens += i != kPad && i != kBos;
  }
  std::vector<double> p(counted.size(), 0);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    if (i == kPad || i == kBos) continue;
    p[i] = (counted.mass(i) - counted.discount(i)) / sum + left / sum / tokens;
  }
  return p;
}

/// Fills in order n > 1, and back-off weights and first children of the order below. Takes and
/// returns a probability for each n-gram counted; of those that are not kept it is not asked.
std::vector<double> fill_order(NgramTrie& trie, const Counted& contexts, const Counted& counted,
                               int n, const std::vector<double>& shorter) {
  NgramTrie::Level &below = trie.level(n - 1), &level = trie.level(n);
  std::vector<double> p(counted.size());
  std::size_t end = 0;
  Index filled = 0, filled_below = 0;
  for (std::size_t context = 0; context < contexts.size(); ++context) {
    const std::size_t begin = end;
    double sum = 0, left = 0;
    for (; end < counted.size() && counted.parent[end] == context; ++end) {
      sum += counted.mass(end);
      left += counted.is_kept(end) ? counted.discount(end) : counted.mass(end);
    }
    const double back_off = sum > 0 ? left / sum : 1;
    if (contexts.is_kept(context)) {
      below.first->value[filled_below] = static_cast<real>(filled);
      below.back_off->value[filled_below] = static_cast<real>(std::log(std::max(back_off, 1e-30)));
      ++filled_below;
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (!counted.is_kept(i)) continue;
      p[i] = (sum > 0 ? (counted.mass(i) - counted.discount(i)) / sum : 0) +
             back_off * shorter[counted.shorter[i]];
      level.word->value[filled] = static_cast<real>(counted.word[i]);
      level.log_probability->value[filled] = static_cast<real>(std::log(p[i]));
      ++filled;
    }
  }
  below.first->value[filled_below] = static_cast<real>(filled);
  return p;
}

}  // namespace

KneserNey::KneserNey(const NgramModelOptions& options, int vocabulary, const TokenStream& text)
    : counts_(std::make_unique<NgramCounter>(options, vocabulary, text)) {}

KneserNey::~KneserNey() = default;

std::vector<std::uint64_t> KneserNey::sizes() const { return counts_->sizes(); }

void KneserNey::fill(NgramTrie& trie) const {
  for (int n = 1; n <= trie.order(); ++n) {
    const NgramTrie::Level& level = trie.level(n);
    for (Parameter* parameter : {level.word, level.log_probability, level.back_off, level.first})
      resize(parameter);
  }
  std::vector<double> p = unigram_probabilities(counts_->of(1));
  for (std::size_t i = 0; i < p.size(); ++i)
    trie.level(1).log_probability->value[i] = static_cast<real>(std::log(p[i]));
  for (int n = 2; n <= trie.order(); ++n)
    p = fill_order(trie, counts_->of(n - 1), counts_->of(n), n, p);
}

std::unique_ptr<NgramModel> fit_ngram_model(const NgramModelOptions& options,
                                            std::shared_ptr<const Tokenizer> tokenizer,
                                            const TokenStream& text) {
  const KneserNey counts(options, tokenizer->vocabulary().size(), text);
  auto model = std::make_unique<NgramModel>(options, std::move(tokenizer), counts.sizes());
  counts.fill(model->trie());
  return model;
}

}  // namespace weft
