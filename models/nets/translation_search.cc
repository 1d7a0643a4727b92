#include "models/nets/translation_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "models/core/kernels/parallel.h"
#include "models/nets/best_tokens.h"

namespace weft {
namespace {

/// A token of a hypothesis. What hypotheses have in common is kept once.
struct Node {
  int before;  // index of the token before it, −1: none
  int token;
  int link;
  std::vector<real> attention;  // if it is kept
};

struct Hypothesis {
  int node = -1;
  double log_probability = 0;
  std::vector<double> coverage;  // Σ_t α_ts, with a coverage penalty
  bool ended = false;
  int length = 0;  // tokens, <eos> included
};

/// The search for one sentence.
class SentenceSearch {
 public:
  SentenceSearch(int positions, const TranslationOptions& options, bool keep_attention)
      : positions_(positions), options_(options), keep_attention_(keep_attention), live_(1) {
    longest_ = 10 + static_cast<int>(std::ceil(options.max_length_factor * (positions - 1)));
    if (options.coverage_beta > 0) live_[0].coverage.assign(static_cast<std::size_t>(positions), 0);
  }

  const std::vector<Hypothesis>& live() const { return live_; }
  int last_token(const Hypothesis& hypothesis) const {
    return hypothesis.node < 0 ? kBos : node(hypothesis.node).token;
  }

  /// One step further. `scores` and `attention` belong to the live hypotheses, one after another.
  /// Afterwards parents() says which of them the live ones come from.
  void advance(const real* scores, Index vocabulary, const real* const* attention) {
    const std::size_t width = static_cast<std::size_t>(options_.beam) - done_.size();
    BestTokens best(width);
    for (std::size_t k = 0; k < live_.size(); ++k)
      best.add(static_cast<int>(k), live_[k].log_probability, scores + k * vocabulary, vocabulary);
    std::vector<Hypothesis> extended;
    parents_.clear();
    for (const Candidate& candidate : best.sorted()) {
      const std::size_t k = static_cast<std::size_t>(candidate.column);
      Hypothesis hypothesis = extend(live_[k], candidate, attention[k]);
      if (hypothesis.ended || hypothesis.length >= longest_) {
        done_.push_back(std::move(hypothesis));
      } else {
        parents_.push_back(candidate.column);
        extended.push_back(std::move(hypothesis));
      }
    }
    live_ = std::move(extended);
    if (settled()) live_.clear(), parents_.clear();
  }
  const std::vector<int>& parents() const { return parents_; }

  std::vector<Translation> result() {
    std::stable_sort(done_.begin(), done_.end(), [&](const Hypothesis& a, const Hypothesis& b) {
      return a.ended != b.ended ? a.ended : score(a) > score(b);
    });
    const std::size_t count = std::min(done_.size(), static_cast<std::size_t>(options_.n_best));
    std::vector<Translation> translations;
    for (std::size_t k = 0; k < count; ++k) translations.push_back(translation(done_[k]));
    return translations;
  }

 private:
  const Node& node(int index) const { return nodes_[static_cast<std::size_t>(index)]; }

  Hypothesis extend(const Hypothesis& from, const Candidate& candidate, const real* attention) {
    Hypothesis hypothesis = from;
    hypothesis.log_probability = candidate.score;
    ++hypothesis.length;
    for (std::size_t s = 0; s < hypothesis.coverage.size(); ++s)
      hypothesis.coverage[s] += static_cast<double>(attention[s]);
    hypothesis.ended = candidate.token == kEos;
    if (hypothesis.ended) return hypothesis;
    const int words = std::max(1, positions_ - 1);  // <eos> is the last position
    Node& node = nodes_.emplace_back();
    node.before = from.node;
    node.token = candidate.token;
    node.link = static_cast<int>(std::max_element(attention, attention + words) - attention);
    if (keep_attention_) node.attention.assign(attention, attention + positions_);
    hypothesis.node = static_cast<int>(nodes_.size()) - 1;
    return hypothesis;
  }

  double length_norm(int length) const {
    return std::pow((5.0 + length) / 6, options_.length_alpha);
  }

  double score(const Hypothesis& hypothesis) const {
    double score = hypothesis.log_probability / length_norm(hypothesis.length);
    for (const double seen : hypothesis.coverage)
      score += options_.coverage_beta * std::log(std::clamp(seen, 1e-10, 1.0));
    return score;
  }

  /// Nothing that is still live can come among the translations that are wanted.
  bool settled() const {
    const std::size_t wanted = static_cast<std::size_t>(options_.n_best);
    std::vector<double> ended;
    for (const Hypothesis& hypothesis : done_)
      if (hypothesis.ended) ended.push_back(score(hypothesis));
    if (ended.size() < wanted || live_.empty()) return false;
    std::nth_element(ended.begin(), ended.begin() + static_cast<std::ptrdiff_t>(wanted - 1),
                     ended.end(), std::greater<>());
    // A log-probability only falls, and weighs the less the longer the translation becomes.
    return std::all_of(live_.begin(), live_.end(), [&](const Hypothesis& hypothesis) {
      return hypothesis.log_probability / length_norm(longest_) <= ended[wanted - 1];
    });
  }

  Translation translation(const Hypothesis& hypothesis) const {
    Translation result;
    std::vector<const std::vector<real>*> attention;
    for (int k = hypothesis.node; k >= 0; k = node(k).before) {
      result.tokens.push_back(node(k).token);
      result.links.push_back(node(k).link);
      attention.push_back(&node(k).attention);
    }
    std::reverse(result.tokens.begin(), result.tokens.end());
    std::reverse(result.links.begin(), result.links.end());
    std::reverse(attention.begin(), attention.end());
    result.score = score(hypothesis);
    result.log_probability = hypothesis.log_probability;
    result.ended = hypothesis.ended;
    if (!keep_attention_) return result;
    result.attention.set_size(static_cast<Index>(positions_), attention.size());
    for (std::size_t n = 0; n < attention.size(); ++n)
      std::copy(attention[n]->begin(), attention[n]->end(), result.attention.colptr(n));
    return result;
  }

  int positions_;
  const TranslationOptions& options_;
  bool keep_attention_;
  int longest_;
  std::vector<Node> nodes_;
  std::vector<Hypothesis> live_, done_;
  std::vector<int> parents_;
};

}  // namespace

/// The search for a batch: all live hypotheses of all sentences are columns of one matrix, a
/// sentence's side by side. What is finished leaves it. Another batch uses the memory again.
class TranslationSearch::BatchSearch {
 public:
  BatchSearch(const Translator& model, const LaidOutWeights& laid_out)
      : model_(model), tape_(&laid_out) {}

  std::vector<std::vector<Translation>> run(const TokenBatch& sources,
                                            const TranslationOptions& options,
                                            bool keep_attention) {
    model_.encode(tape_, sources, encoded_);
    state_ = encoded_.state;
    searches_.clear();
    for (int n = 0; n < encoded_.sentences(); ++n)
      searches_.emplace_back(encoded_.length(n), options, keep_attention);
    while (list_columns()) step();
    std::vector<std::vector<Translation>> results;
    for (SentenceSearch& search : searches_) results.push_back(search.result());
    return results;
  }

 private:
  /// Whose columns are whose; false if there are none.
  bool list_columns() {
    sentences_.clear(), tokens_.clear(), firsts_.clear();
    for (std::size_t n = 0; n < searches_.size(); ++n) {
      firsts_.push_back(sentences_.size());
      for (const Hypothesis& hypothesis : searches_[n].live()) {
        sentences_.push_back(static_cast<int>(n));
        tokens_.push_back(searches_[n].last_token(hypothesis));
      }
    }
    return !sentences_.empty();
  }

  void step() {
    const Translator::Prediction prediction =
        model_.step(tape_, encoded_, state_, sentences_, tokens_);
    const Matrix& scores = prediction.scores.value();
    std::vector<const real*> attention;
    for (std::size_t n = 0; n < sentences_.size(); ++n)
      attention.push_back(prediction.attention + prediction.offsets[n]);
    kernels::parallel_for(searches_.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t n = begin; n < end; ++n)
        if (!searches_[n].live().empty())
          searches_[n].advance(scores.colptr(firsts_[n]), scores.n_rows,
                               attention.data() + firsts_[n]);
    });
    std::vector<int> columns;
    for (std::size_t n = 0; n < searches_.size(); ++n)
      if (!searches_[n].live().empty())
        for (const int parent : searches_[n].parents())
          columns.push_back(static_cast<int>(firsts_[n]) + parent);
    state_.select(columns, next_state_);
    std::swap(state_, next_state_);
  }

  const Translator& model_;
  Tape tape_;
  Translator::Encoded encoded_;
  Translator::State state_, next_state_;
  std::vector<SentenceSearch> searches_;
  std::vector<int> sentences_, tokens_;
  std::vector<std::size_t> firsts_;
};

void TranslationOptions::visit(OptionVisitor& v) {
  v.integer("beam", beam, 1, 1000, "hypotheses a sentence; 1: greedy");
  v.integer("n-best", n_best, 1, 1000, "translations a line, at most as many as --beam");
  v.number("length-alpha", length_alpha, 0, 10, "length normalisation");
  v.number("coverage-beta", coverage_beta, 0, 10, "penalty on source words not attended to");
  v.number("max-length-factor", max_length_factor, 0.1, 100,
           "longest translation, tokens a source token (and ten)");
  v.integer("batch-size", batch_size, 1, 100000, "sentences translated at once");
  v.flag("replace-unknown", replace_unknown, "copy an unknown word from the source");
}

TranslationSearch::TranslationSearch(const Translator& model)
    : model_(model), laid_out_(model.lay_out()) {}
TranslationSearch::~TranslationSearch() = default;

std::unique_ptr<TranslationSearch::BatchSearch> TranslationSearch::take_idle() const {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<BatchSearch>(model_, laid_out_);
  std::unique_ptr<BatchSearch> search = std::move(idle_.back());
  idle_.pop_back();
  return search;
}

std::vector<std::vector<Translation>> TranslationSearch::search(
    const std::vector<std::vector<int>>& sources, const TranslationOptions& options,
    bool keep_attention) const {
  if (options.n_best > options.beam)
    throw UserError("--n-best (" + std::to_string(options.n_best) +
                    ") translations come out of as many hypotheses; raise --beam (" +
                    std::to_string(options.beam) + ")");
  // Sentences of a length side by side finish together.
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sources[a].size() > sources[b].size();
  });
  std::unique_ptr<BatchSearch> batch_search = take_idle();
  std::vector<std::vector<Translation>> results(sources.size());
  const std::size_t most = static_cast<std::size_t>(options.batch_size);
  for (std::size_t begin = 0; begin < order.size(); begin += most) {
    const std::size_t end = std::min(order.size(), begin + most);
    std::vector<const std::vector<int>*> batch;
    for (std::size_t k = begin; k < end; ++k) batch.push_back(&sources[order[k]]);
    auto found = batch_search->run(make_token_batch(batch), options, keep_attention);
    for (std::size_t k = begin; k < end; ++k) results[order[k]] = std::move(found[k - begin]);
  }
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(batch_search));
  return results;
}

}  // namespace weft
