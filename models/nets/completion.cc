#include "models/nets/completion.h"

#include <algorithm>
#include <limits>

#include "models/core/kernels/elementwise.h"
#include "models/nets/completer.h"

namespace weft {
namespace {

/// Placeholders of scrubbed text stand in these.
bool is_placeholder(const Surface& surface) {
  return surface.text.find("⟨") != std::string::npos || surface.text.find("⟩") != std::string::npos;
}

}  // namespace

void CompletionOptions::visit(OptionVisitor& v) {
  v.choice("search", search, {"greedy", "beam", "sample"}, "how continuations are found");
  v.integer("count", count, 1, 1000, "continuations a line");
  v.integer("max-tokens", max_tokens, 0, 10000,
            "tokens after the word being typed; 0: 10, of whole lines 30");
  v.integer("lines", lines, 1, 10000, "lines that a continuation may run over, \\n between them");
  v.only_for("search", {"beam"}, [&] {
    v.integer("beam", beam, 1, 1000, "hypotheses");
    v.number("length-alpha", length_alpha, 0, 10, "length normalisation");
  });
  v.flag("whole-line", whole_line, "continuations to the end of the line alone: whole queries");
  v.number("min-confidence", min_confidence, 0, 1,
           "stay silent, or stop, where a continuation is less likely than this to be right");
  v.only_for("search", {"sample"}, [&] {
    v.number("temperature", temperature, 0.01, 100, "of the probabilities");
    v.integer("top-k", top_k, 0, 1000000, "sample among the k best tokens; 0: all");
    v.number("top-p", top_p, 0.001, 1, "sample among the best tokens with this much probability");
  });
}

std::string appended(const Surface& surface, bool glued) {
  return surface.space_before && !glued ? " " + surface.text : surface.text;
}

CompletionModel::CompletionModel(const NextTokenModel& model, Calibration calibration,
                                 BlockList blocked)
    : model_(model),
      calibration_(std::move(calibration)),
      blocked_(std::move(blocked)),
      surfaces_(surfaces(*model.tokenizer())),
      left_out_(surfaces_.size()),
      not_inside_word_(surfaces_.size()) {
  for (int id = 0; id < static_cast<int>(surfaces_.size()); ++id) {
    const auto place = static_cast<std::size_t>(id);
    const std::string text = appended(surface(id), false);
    // Where every token is a word, an unknown one is, too.
    const bool begins_word = id >= kSpecialIds
                                 ? text.starts_with(' ')
                                 : id == kUnk && tokenizer().options().kind == TokenizerKind::words;
    const bool ends_word = id == kEos || begins_word;
    left_out_[place] = (id < kSpecialIds && id != kEos) || is_placeholder(surface(id));
    not_inside_word_[place] = left_out_[place] || ends_word;
    if (ends_word) word_ends_.push_back(place);
    if (id < kSpecialIds || left_out_[place]) continue;
    spaced_.emplace_back(text, id);
    glued_.emplace_back(appended(surface(id), true), id);
  }
  std::sort(spaced_.begin(), spaced_.end());
  std::sort(glued_.begin(), glued_.end());
}

CompletionModel::Agreeing CompletionModel::agreeing(std::string_view typed, bool glued) const {
  const TextIndex& index = glued ? glued_ : spaced_;
  const auto from = [&](std::string_view text) {
    return std::lower_bound(index.begin(), index.end(), text,
                            [](const auto& entry, auto key) { return entry.first < key; });
  };
  Agreeing result;
  for (std::size_t length = 1; length < typed.size(); ++length)
    for (auto it = from(typed.substr(0, length));
         it != index.end() && it->first == typed.substr(0, length); ++it)
      result.part.push_back(it->second);
  result.begin = from(typed);
  result.end = std::partition_point(
      result.begin, index.end(), [&](const auto& entry) { return entry.first.starts_with(typed); });
  return result;
}

double CompletionModel::word_over(const Matrix& next) const {
  std::vector<real> scores(word_ends_.size());
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = next[word_ends_[i]];
  return kernels::elementwise().log_sum_exp(scores.size(), scores.data());
}

std::vector<Continuation> complete(const CompletionModel& model, const std::string& prefix,
                                   const CompletionOptions& options, RandomStream& random) {
  Completer completer(model, options, random);
  completer.type(prefix);
  return completer.suggest();
}

}  // namespace weft
