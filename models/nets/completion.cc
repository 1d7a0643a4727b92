#include "models/nets/completion.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>

#include "tokenizer/encoding.h"
#include "tokenizer/surface.h"

namespace weft {
namespace {

constexpr std::size_t kLongestWord = 100;  // bytes
constexpr double kNever = -std::numeric_limits<double>::infinity();

/// A line being written: what the model has read, and what of the typed characters is still owed.
struct Hypothesis {
  std::vector<int> tokens;  // generated ones
  std::string text;         // their surfaces; begins with the typed rest of the last word
  bool glued = false;       // the last token wants no space behind it
  double log_probability = 0;
  int free_tokens = 0;  // generated after the typed characters were covered
  int line_ends = 0;
  bool ended = false;
  NextTokenModel::ReadingPointer reading;  // before the last token
};

/// What is fixed when a search begins.
struct Prefix {
  std::vector<int> context;  // read by the model
  std::string typed;         // characters the search must reproduce, a space before a word
};

std::string appended(const Hypothesis& hypothesis, const Surface& surface) {
  std::string more;
  if (surface.space_before && !hypothesis.glued) more = " ";
  more += surface.text;
  return more;
}

/// One is the beginning of the other.
bool compatible(std::string_view a, std::string_view b) {
  const std::size_t shared = std::min(a.size(), b.size());
  return a.substr(0, shared) == b.substr(0, shared);
}

/// Text up to the last word is read; that word is left to the search. Characters need no search.
Prefix split_prefix(const Tokenizer& tokenizer, const std::string& text) {
  const TokenizerOptions& options = tokenizer.options();
  Prefix prefix;
  const std::string line = text.substr(text.rfind('\n') + 1);
  std::istringstream earlier_lines(text.substr(0, text.size() - line.size()));
  for (std::string earlier; std::getline(earlier_lines, earlier);) {
    for (int id : tokenizer.encode(earlier)) prefix.context.push_back(id);
    prefix.context.push_back(kEos);
  }
  std::string normal = Normalizer(options.normalizer)(line);
  const bool word_over = !line.empty() && (line.back() == ' ' || line.back() == '\t');
  if (options.kind == TokenizerKind::chars) {
    for (int id : tokenizer.encode(normal)) prefix.context.push_back(id);
    if (word_over && !normal.empty() && options.normalizer.squeeze_space)
      prefix.context.push_back(tokenizer.vocabulary().id(" "));
    return prefix;
  }
  const std::size_t space = normal.rfind(' ');
  const std::size_t word = word_over ? normal.size() : space == std::string::npos ? 0 : space + 1;
  // A word longer than words are is read like the text before it, so that the search stays short.
  const bool endless = normal.size() - word > kLongestWord;
  for (int id :
       tokenizer.encode(std::string_view(normal).substr(0, endless ? normal.size() : word)))
    prefix.context.push_back(id);
  if (!endless) prefix.typed = " " + normal.substr(word);
  return prefix;
}

class Search {
 public:
  Search(const NextTokenModel& model, const std::vector<Surface>& surfaces,
         const CompletionOptions& options, RandomStream& random)
      : model_(model), surfaces_(surfaces), options_(options), random_(random) {
    const bool beam = options.search == SearchKind::beam;
    width_ = static_cast<std::size_t>(beam ? std::max(options.beam, options.count) : options.count);
  }

  std::vector<Continuation> run(Prefix prefix) {
    NextTokenModel::ReadingPointer start = model_.read(model_.begin(), prefix.context);
    if (!reachable(prefix.typed)) {
      // Nothing in the vocabulary begins like the word being typed: take it as it is, go on after
      // it.
      start = model_.read(start, model_.tokenizer()->encode(prefix.typed));
      prefix.typed.clear();
      cut_ = 0;
    } else {
      cut_ = prefix.typed.size();
    }
    std::vector<Hypothesis> live(1), done;
    live[0].reading = start;
    const int most = options_.max_tokens + static_cast<int>(prefix.typed.size());
    for (int length = 0; length < most && !live.empty(); ++length) {
      std::vector<Hypothesis> extended = options_.search == SearchKind::sample
                                             ? sampled(live, prefix.typed)
                                             : expanded(live, prefix.typed);
      live.clear();
      for (Hypothesis& hypothesis : extended) {
        const bool full = hypothesis.free_tokens >= options_.max_tokens;
        (hypothesis.ended || full ? done : live).push_back(std::move(hypothesis));
      }
      if (live.empty() || settled(live, done)) break;
      advance(live);
    }
    return ranked(std::move(live), std::move(done), prefix.typed);
  }

 private:
  bool reachable(const std::string& typed) const {
    const Hypothesis start;
    return typed.empty() || std::any_of(surfaces_.begin() + kSpecialIds, surfaces_.end(),
                                        [&](const Surface& surface) {
                                          return compatible(appended(start, surface), typed);
                                        });
  }

  static double next(const Hypothesis& hypothesis, int id) {
    return static_cast<double>(hypothesis.reading->next()[static_cast<Index>(id)]);
  }

  double normalized(const Hypothesis& hypothesis) const {
    const double length = static_cast<double>(std::max<std::size_t>(1, hypothesis.tokens.size()));
    return hypothesis.log_probability / std::pow((5 + length) / 6, options_.length_alpha);
  }

  /// The text owed is covered first; special ids are never suggested, <eos> only after it.
  bool allowed(const Hypothesis& hypothesis, int id, const std::string& typed) const {
    const bool covering = hypothesis.text.size() < typed.size();
    if (id < kSpecialIds) return id == kEos && !covering;
    if (!covering) return true;
    const std::string more = appended(hypothesis, surfaces_[static_cast<std::size_t>(id)]);
    return compatible(more, std::string_view(typed).substr(hypothesis.text.size()));
  }

  Hypothesis extend(const Hypothesis& from, int id, double log_probability,
                    const std::string& typed) const {
    Hypothesis hypothesis = from;
    hypothesis.log_probability += log_probability;
    hypothesis.tokens.push_back(id);
    if (id == kEos) {
      hypothesis.ended = ++hypothesis.line_ends == options_.lines;
      if (!hypothesis.ended) hypothesis.text += '\n';
      ++hypothesis.free_tokens;
      hypothesis.glued = true;
      return hypothesis;
    }
    if (from.text.size() >= typed.size()) ++hypothesis.free_tokens;
    const Surface& surface = surfaces_[static_cast<std::size_t>(id)];
    hypothesis.text += appended(from, surface);
    hypothesis.glued = surface.glue_after;
    return hypothesis;
  }

  /// The best extensions of all hypotheses together.
  std::vector<Hypothesis> expanded(const std::vector<Hypothesis>& live,
                                   const std::string& typed) const {
    struct Candidate {
      double score;
      std::size_t column;
      int id;
    };
    std::vector<Candidate> candidates;
    for (std::size_t c = 0; c < live.size(); ++c)
      for (int id = kEos; id < static_cast<int>(surfaces_.size()); ++id)
        if (allowed(live[c], id, typed))
          candidates.push_back({live[c].log_probability + next(live[c], id), c, id});
    const std::size_t kept = std::min(width_, candidates.size());
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept),
                      candidates.end(), [](const Candidate& a, const Candidate& b) {
                        if (a.score != b.score) return a.score > b.score;
                        return a.column != b.column ? a.column < b.column : a.id < b.id;
                      });
    std::vector<Hypothesis> result;
    for (std::size_t k = 0; k < kept; ++k)
      result.push_back(extend(live[candidates[k].column], candidates[k].id,
                              candidates[k].score - live[candidates[k].column].log_probability,
                              typed));
    return result;
  }

  /// One random extension of each hypothesis; the first step branches into as many as are wanted.
  std::vector<Hypothesis> sampled(const std::vector<Hypothesis>& live, const std::string& typed) {
    std::vector<Hypothesis> result;
    const std::size_t copies = live.size() == 1 && live[0].tokens.empty() ? width_ : 1;
    for (std::size_t c = 0; c < live.size(); ++c)
      for (std::size_t k = 0; k < copies; ++k) {
        const int id = draw(live[c], typed);
        if (id >= 0) result.push_back(extend(live[c], id, next(live[c], id), typed));
      }
    return result;
  }

  int draw(const Hypothesis& hypothesis, const std::string& typed) {
    std::vector<std::pair<double, int>> choices;
    for (int id = kEos; id < static_cast<int>(surfaces_.size()); ++id)
      if (allowed(hypothesis, id, typed))
        choices.emplace_back(next(hypothesis, id) / options_.temperature, id);
    if (choices.empty()) return -1;
    std::sort(choices.begin(), choices.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    if (options_.top_k > 0 && choices.size() > static_cast<std::size_t>(options_.top_k))
      choices.resize(static_cast<std::size_t>(options_.top_k));
    const double best = choices.front().first;
    double total = 0;
    for (auto& choice : choices) total += choice.first = std::exp(choice.first - best);
    double nucleus = 0;
    std::size_t kept = 0;
    while (kept < choices.size() && (kept == 0 || nucleus < options_.top_p * total))
      nucleus += choices[kept++].first;
    double point = random_.uniform() * nucleus;
    for (std::size_t k = 0; k + 1 < kept; ++k)
      if ((point -= choices[k].first) < 0) return choices[k].second;
    return choices[kept - 1].second;
  }

  /// No live hypothesis can still reach the finished ones that are wanted.
  bool settled(const std::vector<Hypothesis>& live, const std::vector<Hypothesis>& done) const {
    if (options_.search == SearchKind::sample || done.size() < width_) return false;
    double best_live = kNever;
    for (const Hypothesis& hypothesis : live)
      best_live = std::max(best_live, normalized(hypothesis));
    std::vector<double> scores;
    for (const Hypothesis& hypothesis : done) scores.push_back(normalized(hypothesis));
    std::sort(scores.rbegin(), scores.rend());
    return scores[width_ - 1] >= best_live;
  }

  /// The hypotheses that are left read their last tokens.
  void advance(std::vector<Hypothesis>& live) const {
    std::vector<NextTokenModel::ReadingPointer> before;
    std::vector<int> tokens;
    for (const Hypothesis& hypothesis : live) {
      before.push_back(hypothesis.reading);
      tokens.push_back(hypothesis.tokens.back());
    }
    const auto after = model_.advance(before, tokens);
    for (std::size_t n = 0; n < live.size(); ++n) live[n].reading = after[n];
  }

  std::vector<Continuation> ranked(std::vector<Hypothesis> live, std::vector<Hypothesis> done,
                                   const std::string& typed) const {
    for (Hypothesis& hypothesis : live) done.push_back(std::move(hypothesis));
    std::stable_sort(done.begin(), done.end(), [&](const Hypothesis& a, const Hypothesis& b) {
      return normalized(a) > normalized(b);
    });
    std::vector<Continuation> result;
    for (const Hypothesis& hypothesis : done) {
      if (hypothesis.text.size() < typed.size()) continue;
      Continuation continuation{repair_utf8(hypothesis.text.substr(cut_)), normalized(hypothesis),
                                hypothesis.ended};
      if (continuation.text.empty()) continue;
      const bool known = std::any_of(result.begin(), result.end(), [&](const Continuation& other) {
        return other.text == continuation.text;
      });
      if (!known) result.push_back(std::move(continuation));
      if (result.size() == static_cast<std::size_t>(options_.count)) break;
    }
    return result;
  }

  const NextTokenModel& model_;
  const std::vector<Surface>& surfaces_;
  const CompletionOptions& options_;
  RandomStream& random_;
  std::size_t width_ = 1;
  std::size_t cut_ = 0;  // typed characters, not part of the answer
};

}  // namespace

void CompletionOptions::visit(OptionVisitor& v) {
  v.choice("search", search, {"greedy", "beam", "sample"}, "how continuations are found");
  v.integer("count", count, 1, 1000, "continuations a line");
  v.integer("max-tokens", max_tokens, 1, 10000, "tokens after the word being typed");
  v.integer("lines", lines, 1, 10000, "lines that a continuation may run over, \\n between them");
  v.integer("beam", beam, 1, 1000, "hypotheses of a beam search");
  v.number("length-alpha", length_alpha, 0, 10, "length normalisation of a beam search");
  v.number("temperature", temperature, 0.01, 100, "of sampling");
  v.integer("top-k", top_k, 0, 1000000, "sample among the k best tokens; 0: all");
  v.number("top-p", top_p, 0.001, 1, "sample among the best tokens with this much probability");
}

Completer::Completer(const NextTokenModel& model)
    : model_(model), surfaces_(surfaces(*model.tokenizer())) {}

std::vector<Continuation> Completer::complete(const std::string& prefix,
                                              const CompletionOptions& options,
                                              RandomStream& random) const {
  return Search(model_, surfaces_, options, random).run(split_prefix(*model_.tokenizer(), prefix));
}

}  // namespace weft
