#include "models/nets/completer.h"

#include <algorithm>
#include <sstream>

#include "tokenizer/encoding.h"
#include "tokenizer/unicode_text.h"

namespace weft {
namespace {

constexpr std::size_t kLongestWord = 100;  // bytes
constexpr std::size_t kKept = 32;          // last nodes of the path
constexpr std::size_t kStretch = 64;       // of earlier ones, one in so many is kept
constexpr std::size_t kMostMade = 32;
constexpr std::size_t kFar = 4096;  // tokens; what is farther back than twice that is not read

/// A line as the model sees it, the word that is being typed apart.
struct TypedLine {
  std::string before, word;
  bool read_whole = false;  // there is no word left to the search
};

/// What is scrubbed of the last word is not typed any more but read, all of it. Only a name may be
/// half typed ("Dear Al"): while words of the vocabulary begin like it, it may become one of them.
TypedLine typed_line(const CompletionModel& model, const std::string& line,
                     const LinesBefore& lines_before, bool word_over) {
  const Tokenizer& tokenizer = model.tokenizer();
  LinesBefore place = lines_before;
  const std::string normal = tokenizer.normalize(line, place);
  if (word_over) return {normal, "", false};
  const std::size_t word = normal.rfind(' ') + 1;
  if (!tokenizer.options().scrubber || placeholders_in(normal.substr(word)).empty())
    return {normal.substr(0, word), normal.substr(word), false};
  const std::string typed = Normalizer(tokenizer.options().normalizer)(line);
  const std::size_t typed_word = typed.rfind(' ') + 1;
  const std::string last = typed.substr(typed_word);
  if (!normal.ends_with(text_of(Placeholder::name)) || model.agreeing(" " + last, false).empty())
    return {normal, "", true};
  place = lines_before;
  const std::string before = tokenizer.normalize(typed.substr(0, typed_word), place);
  return {before.empty() ? before : before + " ", last, false};
}

/// Text up to the last word is read; that word is left to the search. Characters need no search.
Prefix split_line(const CompletionModel& model, const std::string& line,
                  const LinesBefore& lines_before) {
  const Tokenizer& tokenizer = model.tokenizer();
  const TokenizerOptions& options = tokenizer.options();
  const bool word_over = !line.empty() && (line.back() == ' ' || line.back() == '\t');
  const TypedLine typed = typed_line(model, line, lines_before, word_over);
  const bool is_chars = options.kind == TokenizerKind::chars;
  // A word longer than words are is read like the text before it, so that the search stays short.
  const bool all_read = is_chars || typed.read_whole || typed.word.size() > kLongestWord;
  Prefix prefix;
  prefix.before = typed.before + (all_read ? typed.word : "");
  prefix.context = tokenizer.encode_normalized(Normalizer(options.normalizer)(prefix.before));
  if (!all_read) prefix.typed = " " + typed.word;
  if (is_chars && word_over && !prefix.before.empty() && options.normalizer.squeeze_space)
    prefix.context.push_back(tokenizer.vocabulary().id(" "));
  return prefix;
}

/// Without what stands too far back to matter; in steps, so that a keystroke seldom moves the
/// start.
std::vector<int> within_reach(const std::vector<int>& ids) {
  const std::size_t steps = ids.size() / kFar;
  const std::size_t left_out = steps > 1 ? (steps - 1) * kFar : 0;
  return {ids.begin() + static_cast<std::ptrdiff_t>(left_out), ids.end()};
}

}  // namespace

Completer::Completer(const CompletionModel& model, const CompletionOptions& options,
                     RandomStream& random)
    : model_(model), options_(options), random_(random), path_(1) {}

void Completer::begin(std::string_view context) {
  text_.clear();
  std::string lines(context);
  if (!lines.empty() && lines.back() != '\n') lines += '\n';
  if (lines == context_) return;
  context_ = std::move(lines);
  read_earlier(context_);
  read(earlier_ids_);
}

void Completer::erase(std::size_t characters) {
  text_.resize(start_of_last_characters(text_, characters));
}

std::vector<Continuation> Completer::suggest() {
  if (ends_inside_character(text_)) return {};
  const std::size_t line = text_.rfind('\n') + 1;
  read_earlier(context_ + text_.substr(0, line));
  Prefix prefix = split_line(model_, repair_utf8(text_.substr(line)), lines_before_);
  prefix.context.insert(prefix.context.begin(), earlier_ids_.begin(), earlier_ids_.end());
  forget();
  return search_continuations(model_, read(prefix.context), prefix, options_, random_, made_);
}

void Completer::read_earlier(const std::string& lines) {
  if (lines == earlier_) return;
  earlier_ = lines;
  earlier_ids_.clear();
  lines_before_ = {};
  std::istringstream stream(repair_utf8(lines));
  for (std::string line; std::getline(stream, line);) {
    for (const int id : model_.tokenizer().encode(line, lines_before_)) earlier_ids_.push_back(id);
    earlier_ids_.push_back(kEos);
  }
}

std::shared_ptr<ReadingNode> Completer::read(const std::vector<int>& all) {
  const std::vector<int> ids = within_reach(all);
  if (!path_[0]) {
    path_[0] = std::make_shared<ReadingNode>();
    path_[0]->reading = model_.model().begin();
  }
  const auto common = static_cast<std::size_t>(
      std::mismatch(ids.begin(), ids.end(), ids_.begin(), ids_.end()).first - ids.begin());
  std::size_t done = common;
  while (!path_[done]) --done;
  ids_ = ids;
  path_.resize(done + 1);
  path_.resize(ids.size() + 1);
  while (done < ids.size()) {
    const auto known = path_[done]->after.find(ids[done]);
    if (known != path_[done]->after.end()) {
      path_[++done] = known->second;
      continue;
    }
    const std::size_t end = std::min(ids.size(), (done / kStretch + 1) * kStretch);
    auto node = std::make_shared<ReadingNode>();
    node->reading =
        model_.model().read(path_[done]->reading, {ids.begin() + static_cast<std::ptrdiff_t>(done),
                                                   ids.begin() + static_cast<std::ptrdiff_t>(end)});
    ++made_;
    if (end == done + 1) path_[done]->after[ids[done]] = node;
    path_[end] = std::move(node);
    done = end;
  }
  return path_[done];
}

void Completer::forget() {
  for (std::size_t n = 1; n + kKept < path_.size(); ++n)
    if (n % kStretch != 0) path_[n] = nullptr;
  if (made_ < kMostMade) return;
  for (const auto& node : path_)
    if (node) node->after.clear();
  made_ = 0;
}

}  // namespace weft
