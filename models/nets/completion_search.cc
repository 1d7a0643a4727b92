#include "models/nets/completion_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "models/nets/alternatives.h"
#include "models/nets/best_tokens.h"
#include "models/nets/token_sampling.h"
#include "tokenizer/encoding.h"

namespace weft {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
/// Instead of a token: the hypothesis ends where it is, as its last word is over.
constexpr int kWordOver = -1;
/// A word that has not ended so many tokens after it should have is cut.
constexpr int kPatience = 20;

/// A line being written: what the model has read, and what of the typed characters is still owed.
struct Hypothesis {
  std::vector<int> tokens;  // generated ones
  std::string text;         // their surfaces; begins with the typed rest of the last word
  bool glued = false;       // the last token wants no space behind it
  double log_probability = 0;
  int free_tokens = 0;  // generated after the typed characters were covered
  int line_ends = 0;
  bool ended = false, whole = false;  // with the line; with its last word
  std::shared_ptr<ReadingNode> node;  // before the last token
  struct WordEnd {
    std::size_t length;      // of the text up to there
    double log_probability;  // of the text and that the word is over
  };
  std::vector<WordEnd> word_ends;
};

bool ends_sentence(std::string_view text) {
  for (bool closing = true; closing;) {
    closing = false;
    for (const std::string_view mark : {"\"", "'", ")", "]", "»", "”", "’", "」"})
      if (text.ends_with(mark)) {
        text.remove_suffix(mark.size());
        closing = true;
      }
  }
  for (const std::string_view mark : {".", "!", "?", "…", "。", "！", "？", "؟", "।"})
    if (text.ends_with(mark)) return true;
  return false;
}

/// Hypotheses side by side.
std::size_t width(const CompletionOptions& options) {
  if (options.search != SearchKind::beam) return static_cast<std::size_t>(options.count);
  // What is likely enough is kept without a place in the beam.
  const int wanted = options.min_confidence > 0 ? 1 : options.count;
  return static_cast<std::size_t>(std::max(options.beam, wanted));
}

class Search {
 public:
  Search(const CompletionModel& model, const CompletionOptions& options, const Prefix& prefix,
         RandomStream& random, std::size_t& made)
      : model_(model),
        options_(options),
        random_(random),
        made_(made),
        before_(prefix.before),
        typed_(prefix.typed),
        cut_(typed_.size()),
        width_(width(options)) {
    max_tokens_ = options.max_tokens > 0 ? options.max_tokens : options.whole_line ? 30 : 10;
    if (options.min_confidence > 0)
      least_ = std::log(model.calibration().least_probability(options.min_confidence));
    typed_mass_ = typed_.empty() ? 1 : 0;
  }

  std::vector<Continuation> run(std::shared_ptr<ReadingNode> start) {
    std::vector<Continuation> found = search(start);
    return typed_mass_ > 0 ? found : search(read_typed(start));
  }

 private:
  std::vector<Continuation> search(std::shared_ptr<ReadingNode> start) {
    std::vector<Hypothesis> live(1), done;
    live[0].node = std::move(start);
    const int most = max_tokens_ + kPatience + static_cast<int>(typed_.size());
    for (int length = 0; length < most && !live.empty(); ++length) {
      if (options_.min_confidence > 0) keep_words(live, done);
      std::vector<Hypothesis> extended =
          options_.search == SearchKind::sample ? sampled(live) : expanded(live);
      live.clear();
      for (Hypothesis& hypothesis : extended) {
        const bool over = hypothesis.ended || hypothesis.whole ||
                          hypothesis.free_tokens >= max_tokens_ + kPatience;
        if (over)
          done.push_back(std::move(hypothesis));
        else if (!is_hopeless(hypothesis))
          live.push_back(std::move(hypothesis));
      }
      if (live.empty() || settled(live, done)) break;
      advance(live);
    }
    return ranked(std::move(live), std::move(done));
  }

  /// No tokens that were found make the word being typed, nor begin like it: it is taken as it is.
  std::shared_ptr<ReadingNode> read_typed(const std::shared_ptr<ReadingNode>& start) {
    auto node = std::make_shared<ReadingNode>();
    node->reading = model_.model().read(start->reading, model_.tokenizer().encode(typed_));
    ++made_;
    before_ += typed_;
    typed_.clear();
    cut_ = 0;
    typed_mass_ = 1;
    return node;
  }

  double normalized(const Hypothesis& hypothesis) const {
    if (options_.whole_line) return hypothesis.log_probability;
    const double length = static_cast<double>(std::max<std::size_t>(1, hypothesis.tokens.size()));
    return hypothesis.log_probability / std::pow((5 + length) / 6, options_.length_alpha);
  }

  bool is_covering(const Hypothesis& hypothesis) const {
    return hypothesis.text.size() < typed_.size();
  }
  std::string_view owed(const Hypothesis& hypothesis) const {
    return std::string_view(typed_).substr(hypothesis.text.size());
  }
  /// At the next end of a word, there is enough of it.
  bool is_closing(const Hypothesis& hypothesis) const {
    if (options_.search == SearchKind::sample || options_.lines > 1 || options_.whole_line)
      return hypothesis.free_tokens >= max_tokens_;
    return !hypothesis.glued && hypothesis.text.size() > typed_.size() &&
           (hypothesis.free_tokens >= max_tokens_ || ends_sentence(hypothesis.text));
  }
  /// The mass of what was typed only grows, so that what is not likely enough will never be.
  bool is_likely_enough(double log_probability) const {
    return log_probability - std::log(typed_mass_) >= least_;
  }
  /// No word that may follow will be shown.
  bool is_hopeless(const Hypothesis& hypothesis) const {
    return !is_covering(hypothesis) && !is_likely_enough(hypothesis.log_probability);
  }
  Hypothesis extend(const Hypothesis& from, int id, double log_probability) const {
    Hypothesis hypothesis = from;
    hypothesis.log_probability += log_probability;
    if (id == kWordOver) {
      hypothesis.whole = true;
      hypothesis.word_ends.push_back({from.text.size(), hypothesis.log_probability});
      return hypothesis;
    }
    const Surface& surface = model_.surface(id);
    const std::string more = id == kEos ? "\n" : appended(surface, from.glued);
    if ((more.front() == ' ' || id == kEos) && from.text.size() > typed_.size())
      hypothesis.word_ends.push_back(
          {from.text.size(),
           from.log_probability + (id == kEos                    ? log_probability
                                   : options_.min_confidence > 0 ? word_over(*from.node)
                                                                 : 0)});
    hypothesis.tokens.push_back(id);
    if (!is_covering(from)) ++hypothesis.free_tokens;
    if (id == kEos) {
      hypothesis.ended = ++hypothesis.line_ends == options_.lines;
      if (!hypothesis.ended) hypothesis.text += '\n';
      hypothesis.glued = true;
    } else {
      hypothesis.text += more;
      hypothesis.glued = surface.glue_after;
    }
    return hypothesis;
  }

  /// The word that has just ended, or one before it, must not be suggested.
  bool is_blocked(const Hypothesis& hypothesis) const {
    return !hypothesis.word_ends.empty() &&
           is_blocked(hypothesis.text.substr(0, hypothesis.word_ends.back().length));
  }
  bool is_blocked(const std::string& text) const {
    return !model_.blocked().empty() &&
           model_.blocked().blocks(repair_utf8(before_ + text), before_.size() + typed_.size());
  }

  /// What is likely enough is shown up to here, whatever becomes of what may follow.
  void keep_words(const std::vector<Hypothesis>& live, std::vector<Hypothesis>& done) const {
    for (const Hypothesis& hypothesis : live) {
      if (hypothesis.glued || hypothesis.text.size() <= typed_.size()) continue;
      const double over = word_over(*hypothesis.node);
      if (!is_likely_enough(hypothesis.log_probability + over)) continue;
      Hypothesis word = extend(hypothesis, kWordOver, over);
      if (!is_blocked(word)) done.push_back(std::move(word));
    }
  }

  /// The best extensions of all hypotheses together.
  std::vector<Hypothesis> expanded(const std::vector<Hypothesis>& live) {
    // Some of them may be blocked.
    BestTokens best(model_.blocked().empty() ? width_ : 2 * width_);
    for (std::size_t c = 0; c < live.size(); ++c)
      add_extensions(live[c], static_cast<int>(c), best);
    std::vector<Hypothesis> result;
    for (const Candidate& candidate : best.sorted()) {
      const Hypothesis& from = live[static_cast<std::size_t>(candidate.column)];
      Hypothesis hypothesis = extend(from, candidate.token, candidate.score - from.log_probability);
      if (!is_blocked(hypothesis)) result.push_back(std::move(hypothesis));
      if (result.size() == width_) break;
    }
    return result;
  }

  /// All of what was typed is there.
  void add_mass(const Hypothesis& hypothesis, int id) {
    const real next = hypothesis.node->reading->next()[static_cast<Index>(id)];
    typed_mass_ += std::exp(hypothesis.log_probability + static_cast<double>(next));
  }

  void add_extensions(const Hypothesis& hypothesis, int column, BestTokens& best) {
    const Matrix& next = hypothesis.node->reading->next();
    const auto score = [&](int id) {
      return hypothesis.log_probability + static_cast<double>(next[static_cast<Index>(id)]);
    };
    if (is_covering(hypothesis)) {
      const auto agreeing = model_.agreeing(owed(hypothesis), hypothesis.glued);
      for (const int id : agreeing.part) best.add({score(id), column, id});
      for (auto it = agreeing.begin; it != agreeing.end; ++it) {
        best.add({score(it->second), column, it->second});
        add_mass(hypothesis, it->second);
      }
    } else if (is_closing(hypothesis)) {
      best.add({hypothesis.log_probability + word_over(*hypothesis.node), column, kWordOver});
      best.add(column, hypothesis.log_probability, next.memptr(), next.n_rows,
               &model_.not_inside_word());
    } else {
      best.add(column, hypothesis.log_probability, next.memptr(), next.n_rows, &model_.left_out());
    }
  }

  /// One random extension of each hypothesis; the first step branches into as many as are wanted.
  std::vector<Hypothesis> sampled(const std::vector<Hypothesis>& live) {
    std::vector<Hypothesis> result;
    const std::size_t copies = live.size() == 1 && live[0].tokens.empty() ? width_ : 1;
    for (const Hypothesis& from : live)
      for (std::size_t k = 0; k < copies; ++k) {
        const int id = draw(from);
        if (id == kPad) continue;
        const double score =
            id == kWordOver
                ? model_.word_over(from.node->reading->next())
                : static_cast<double>(from.node->reading->next()[static_cast<Index>(id)]);
        Hypothesis hypothesis = extend(from, id, score);
        if (!is_blocked(hypothesis)) result.push_back(std::move(hypothesis));
      }
    return result;
  }

  /// kPad if there is nothing to draw.
  int draw(const Hypothesis& hypothesis) {
    const Matrix& next = hypothesis.node->reading->next();
    std::vector<TokenChoice> choices;
    const auto offer = [&](int id) {
      choices.push_back(
          {static_cast<double>(next[static_cast<Index>(id)]) / options_.temperature, id});
    };
    if (is_covering(hypothesis)) {
      const auto agreeing = model_.agreeing(owed(hypothesis), hypothesis.glued);
      const bool is_new = weighed_.insert(hypothesis.tokens).second;
      for (const int id : agreeing.part) offer(id);
      for (auto it = agreeing.begin; it != agreeing.end; ++it) {
        offer(it->second);
        if (is_new) add_mass(hypothesis, it->second);
      }
    } else {
      for (int id = 0; id < static_cast<int>(next.n_rows); ++id)
        if (!model_.left_out()[static_cast<std::size_t>(id)]) offer(id);
    }
    if (choices.empty()) return kPad;
    const int id = draw_token(choices, options_.top_k, options_.top_p, random_);
    const bool ends_word = id != kEos && model_.not_inside_word()[static_cast<std::size_t>(id)];
    return ends_word && is_closing(hypothesis) ? kWordOver : id;
  }

  /// No live hypothesis can still reach the finished ones that are wanted.
  bool settled(const std::vector<Hypothesis>& live, const std::vector<Hypothesis>& done) const {
    if (options_.search == SearchKind::sample || options_.min_confidence > 0 ||
        done.size() < width_)
      return false;
    double best_live = kNever;
    for (const Hypothesis& hypothesis : live)
      best_live = std::max(best_live, normalized(hypothesis));
    std::vector<double> scores;
    for (const Hypothesis& hypothesis : done) scores.push_back(normalized(hypothesis));
    std::sort(scores.rbegin(), scores.rend());
    return scores[width_ - 1] >= best_live;
  }

  double word_over(ReadingNode& node) const {
    if (!node.word_over) node.word_over = model_.word_over(node.reading->next());
    return *node.word_over;
  }

  /// The hypotheses that are left read their last tokens.
  void advance(std::vector<Hypothesis>& live) const {
    std::vector<std::shared_ptr<ReadingNode>> nodes;
    std::vector<int> tokens;
    for (const Hypothesis& hypothesis : live) {
      nodes.push_back(hypothesis.node);
      tokens.push_back(hypothesis.tokens.back());
    }
    made_ += weft::advance(model_.model(), nodes, tokens);
    for (std::size_t n = 0; n < live.size(); ++n) live[n].node = nodes[n];
  }

  double confidence(double log_probability) const {
    return model_.calibration().precision(std::min(1.0, std::exp(log_probability) / typed_mass_));
  }

  /// Cut to the words that are likely enough; empty if none is.
  Continuation answer(const Hypothesis& hypothesis) const {
    Continuation result;
    result.score = normalized(hypothesis);
    result.ended = hypothesis.ended;
    result.confidence = confidence(hypothesis.log_probability);
    std::size_t length = hypothesis.text.size();
    if (options_.min_confidence > 0) {
      length = 0;
      for (const auto& end : hypothesis.word_ends)
        if (end.length > cut_ && is_likely_enough(end.log_probability)) {
          length = end.length;
          result.score = end.log_probability;
          result.confidence = confidence(end.log_probability);
          result.word_ends.push_back({length - cut_, result.confidence});
        }
      result.ended = hypothesis.ended && length == hypothesis.text.size();
    }
    if (length > cut_) result.text = repair_utf8(hypothesis.text.substr(cut_, length - cut_));
    return result;
  }

  std::vector<Continuation> ranked(std::vector<Hypothesis> live,
                                   std::vector<Hypothesis> done) const {
    for (Hypothesis& hypothesis : live) done.push_back(std::move(hypothesis));
    std::vector<Continuation> answers;
    for (const Hypothesis& hypothesis : done) {
      if (is_covering(hypothesis) || (options_.whole_line && !hypothesis.ended)) continue;
      Continuation continuation = answer(hypothesis);
      // A word that was cut has been looked at nowhere.
      if (!continuation.text.empty() && !is_blocked(typed_ + continuation.text))
        answers.push_back(std::move(continuation));
    }
    return alternatives(std::move(answers), options_);
  }

  const CompletionModel& model_;
  const CompletionOptions& options_;
  RandomStream& random_;
  std::size_t& made_;
  std::string before_, typed_;
  std::size_t cut_;  // typed characters, not part of the answer
  std::size_t width_;
  int max_tokens_;
  double typed_mass_;                   // probability of all that agrees with what was typed
  std::set<std::vector<int>> weighed_;  // sampling: what has added to that mass
  double least_ = kNever;  // log-probability that an answer must have, given what was typed
};

}  // namespace

std::vector<Continuation> search_continuations(const CompletionModel& model,
                                               std::shared_ptr<ReadingNode> start,
                                               const Prefix& prefix,
                                               const CompletionOptions& options,
                                               RandomStream& random, std::size_t& made) {
  return Search(model, options, prefix, random, made).run(std::move(start));
}

}  // namespace weft
