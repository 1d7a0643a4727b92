#include "train/measures/completion_measures.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "models/nets/completer.h"
#include "tokenizer/normalizer.h"
#include "tokenizer/unicode_text.h"

namespace weft {
namespace {

using Clock = std::chrono::steady_clock;

std::string normal(const CompletionModel& model, const std::string& text) {
  return Normalizer(model.tokenizer().options().normalizer)(text);
}

bool is_right(const std::string& text, std::size_t place, std::string_view suggestion) {
  if (text.compare(place, suggestion.size(), suggestion) != 0) return false;
  const std::size_t end = place + suggestion.size();
  return end == text.size() || text[end] == ' ';
}

Suggested suggested(const std::string& text, std::size_t place, Completer& completer) {
  Suggested result;
  result.place = place;
  const Clock::time_point begin = Clock::now();
  const auto found = completer.suggest();
  result.milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  for (const Continuation& continuation : found) {
    Suggested::Suggestion& suggestion = result.suggestions.emplace_back();
    suggestion.text = continuation.text;
    for (const auto& end : continuation.word_ends)
      suggestion.parts.push_back(
          {end.length, end.confidence,
           is_right(text, place, std::string_view(continuation.text).substr(0, end.length))});
  }
  return result;
}

std::size_t code_points_in(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Texts spread evenly over all, with about `characters` (0: all); one at least.
std::vector<std::size_t> spread(const std::vector<WrittenText>& texts, std::size_t characters) {
  std::size_t all = 0;
  for (const WrittenText& text : texts) all += code_points_in(text.text);
  const double share = characters == 0 || characters >= all
                           ? 1
                           : static_cast<double>(characters) / static_cast<double>(all);
  std::vector<std::size_t> chosen;
  for (std::size_t n = 0; n < texts.size(); ++n)
    if (static_cast<double>(n) * share >= static_cast<double>(chosen.size())) chosen.push_back(n);
  return chosen;
}

/// Whether `a` says all of `b`, and more.
bool goes_on(std::string_view a, std::string_view b) {
  return a.size() > b.size() && a.starts_with(b);
}

/// What a search with this threshold shows first: of each suggestion the longest part that is
/// confident enough, and of those that no other goes on from the most confident one.
const Suggested::Part* shown(const Suggested& suggested, double threshold) {
  std::vector<std::pair<std::string_view, const Suggested::Part*>> longest;
  for (const auto& [text, parts] : suggested.suggestions) {
    const auto part = std::find_if(parts.rbegin(), parts.rend(), [&](const Suggested::Part& end) {
      return end.confidence >= threshold;
    });
    if (part != parts.rend())
      longest.emplace_back(std::string_view(text).substr(0, part->length), &*part);
  }
  const Suggested::Part* best = nullptr;
  for (const auto& [text, part] : longest) {
    if (best && part->confidence <= best->confidence) continue;
    const bool is_beginning =
        std::any_of(longest.begin(), longest.end(),
                    [&text = text](const auto& other) { return goes_on(other.first, text); });
    if (!is_beginning) best = part;
  }
  return best;
}

/// The most probable beginning of a suggestion that has so many words; nothing if none is so long.
const Suggested::Part* best_phrase(const Suggested& suggested, std::size_t words) {
  const Suggested::Part* best = nullptr;
  for (const auto& [text, parts] : suggested.suggestions)
    if (parts.size() >= words && (!best || parts[words - 1].confidence > best->confidence))
      best = &parts[words - 1];
  return best;
}

/// Says now and then how far it is.
class TypingLog {
 public:
  /// `all`: keystrokes to come, 0 if that is not known.
  TypingLog(std::size_t all, const LogSink& log) : all_(all), log_(log) {}

  void report(std::size_t typed) {
    if (Clock::now() - reported_ < std::chrono::seconds(10)) return;
    reported_ = Clock::now();
    log_("keystroke " + std::to_string(typed) + (all_ > 0 ? "/" + std::to_string(all_) : ""));
  }

 private:
  std::size_t all_;
  const LogSink& log_;
  Clock::time_point reported_ = Clock::now();
};

/// A text as the model reads it, and where its characters begin that are typed; the end of the last
/// one is one of these places.
struct TypedText {
  const std::string& context;
  std::string text;
  std::vector<std::size_t> places;
};

/// Calls type(typed) for what type_texts() promises.
void for_each_typed(const CompletionModel& model, const std::vector<WrittenText>& texts,
                    std::size_t keystrokes, const LogSink& log,
                    const std::function<void(const TypedText& typed)>& type) {
  TypingLog progress(keystrokes, log);
  std::size_t done = 0;
  for (const std::size_t n : spread(texts, keystrokes)) {
    TypedText typed{texts[n].context, normal(model, texts[n].text), {}};
    typed.places = character_starts(typed.text);
    typed.places.push_back(typed.text.size());
    if (keystrokes > 0) typed.places.resize(std::min(typed.places.size(), keystrokes - done + 1));
    type(typed);
    done += typed.places.size() - 1;
    progress.report(done);
    if (keystrokes > 0 && done == keystrokes) break;
  }
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Beginning with the first word of `text` from `place` on.
std::vector<std::string_view> words_from(std::string_view text, std::size_t place) {
  return split_at_white_space(text.substr(place));
}

std::vector<double> sorted_milliseconds(const std::vector<std::vector<Suggested>>& typed) {
  std::vector<double> times;
  for (const auto& text : typed)
    for (std::size_t i = 0; i + 1 < text.size(); ++i) times.push_back(text[i].milliseconds);
  std::sort(times.begin(), times.end());
  return times;
}

}  // namespace

std::vector<std::vector<Suggested>> type_texts(const CompletionModel& model,
                                               const CompletionOptions& options,
                                               const std::vector<WrittenText>& texts,
                                               std::size_t keystrokes, const LogSink& log) {
  RandomStream unused(1, "sample");
  Completer completer(model, options, unused);
  std::vector<std::vector<Suggested>> result;
  for_each_typed(model, texts, keystrokes, log, [&](const TypedText& typed) {
    std::vector<Suggested>& here = result.emplace_back();
    completer.begin(typed.context);
    for (std::size_t i = 0; i + 1 < typed.places.size(); ++i) {
      const std::size_t begin = typed.places[i], end = typed.places[i + 1];
      here.push_back(suggested(typed.text, begin, completer));
      completer.type(std::string_view(typed.text).substr(begin, end - begin));
    }
    here.push_back({typed.places.back(), {}, 0});
  });
  return result;
}

double Savings::precision() const { return share(right, shown); }
double Savings::share_shown() const { return share(shown, places); }
double Savings::saved() const {
  return characters == 0 ? 0
                         : 1 - static_cast<double>(keystrokes) / static_cast<double>(characters);
}

Savings accept_suggestions(const std::vector<std::vector<Suggested>>& typed, double threshold) {
  Savings result;
  result.threshold = threshold;
  for (const auto& text : typed) {
    result.characters += text.size() - 1;
    for (std::size_t i = 0; i + 1 < text.size();) {
      const Suggested::Part* part = shown(text[i], threshold);
      ++result.places;
      ++result.keystrokes;
      result.shown += part != nullptr;
      if (!part || !part->right) {
        ++i;
        continue;
      }
      ++result.right;
      const std::size_t end = text[i].place + part->length;
      while (i + 1 < text.size() && text[i].place < end) ++i;
    }
  }
  return result;
}

Calibration calibrate(const std::vector<std::vector<Suggested>>& typed) {
  constexpr std::size_t kSteps = 200;
  std::vector<double> seen;
  for (const auto& text : typed)
    for (const Suggested& place : text)
      for (const auto& suggestion : place.suggestions)
        for (const Suggested::Part& part : suggestion.parts) seen.push_back(part.confidence);
  std::sort(seen.begin(), seen.end());
  std::vector<std::pair<double, double>> steps;
  for (std::size_t k = 0; k < std::min(kSteps, seen.size()); ++k) {
    const double threshold = seen[k * seen.size() / std::min(kSteps, seen.size())];
    const Savings savings = accept_suggestions(typed, threshold);
    // One more that was wrong, as there may be few.
    steps.emplace_back(threshold, share(savings.right, savings.shown + 1));
  }
  return Calibration(steps);
}

std::vector<double> exact_matches(const CompletionModel& model, CompletionOptions options,
                                  const std::vector<WrittenText>& texts, std::size_t keystrokes,
                                  std::size_t most, const LogSink& log) {
  // Any probability at all; but a step function would make many of them equal.
  options.min_confidence = 1e-6;
  options.count = options.beam;
  const CompletionModel uncalibrated(model.model(), Calibration(), model.blocked());
  RandomStream unused(1, "sample");
  Completer completer(uncalibrated, options, unused);
  std::vector<std::size_t> right(most), all(most);
  for_each_typed(model, texts, keystrokes, log, [&](const TypedText& typed) {
    const std::string& text = typed.text;
    completer.begin(typed.context);
    for (std::size_t place = 0; place < typed.places.back();) {
      const std::size_t left = words_from(text, place).size();
      const Suggested found = suggested(text, place, completer);
      for (std::size_t k = 0; k < std::min(most, left); ++k) {
        const Suggested::Part* best = best_phrase(found, k + 1);
        ++all[k];
        right[k] += best && best->right;
      }
      const std::size_t end = std::min(text.find(' ', place), text.size() - 1) + 1;
      completer.type(std::string_view(text).substr(place, end - place));
      place = end;
    }
  });
  std::vector<double> result;
  for (std::size_t k = 0; k < most; ++k) result.push_back(share(right[k], all[k]));
  return result;
}

nlohmann::json evaluate_completion(const CompletionModel& model, const CompletionOptions& options,
                                   const std::vector<WrittenText>& texts, std::size_t keystrokes,
                                   std::size_t words, const LogSink& log) {
  constexpr double kWanted = 0.6;
  constexpr int kLowest = 10, kHighest = 95, kShown = 5;  // percent: thresholds, those of the curve
  CompletionOptions low = options;
  low.min_confidence = kLowest / 100.0;
  low.count = kAllSuggestions;
  const auto pass = [&](const char* number) -> LogSink {
    return [&log, number](const std::string& line) { log(number + (" of 3: " + line)); };
  };
  const auto typed = type_texts(model, low, texts, keystrokes, pass("1"));
  nlohmann::json result;
  nlohmann::json curve = nlohmann::json::array();
  double most_saved = 0;
  for (int percent = kLowest; percent <= kHighest; ++percent) {
    const double threshold = percent / 100.0;
    const Savings savings = accept_suggestions(typed, threshold);
    if (percent % kShown == 0)
      curve.push_back({threshold, savings.precision(), savings.share_shown(), savings.saved()});
    if (savings.precision() >= kWanted) most_saved = std::max(most_saved, savings.saved());
  }
  CompletionOptions shown = options;
  if (shown.min_confidence == 0) shown.min_confidence = 0.5;
  const Savings savings = accept_suggestions(typed, shown.min_confidence);
  // Again, as somebody waits who has chosen that threshold: a higher one ends the search earlier.
  const std::vector<double> times =
      sorted_milliseconds(type_texts(model, shown, texts, keystrokes, pass("2")));
  result["places"] = savings.places;
  result["threshold"] = savings.threshold;
  result["shown"] = savings.share_shown();
  result["precision"] = savings.precision();
  result["keystrokes_saved"] = savings.saved();
  result["keystrokes_saved_at_60"] = most_saved;
  result["median_ms"] = times.empty() ? 0 : times[times.size() / 2];
  result["p99_ms"] = times.empty() ? 0 : times[times.size() * 99 / 100];
  result["exact_match"] = exact_matches(model, options, texts, keystrokes, words, pass("3"));
  result["curve"] = curve;
  return result;
}

std::vector<std::string> PopularLines::complete(const std::string& prefix,
                                                std::size_t count) const {
  std::vector<std::pair<std::size_t, std::string>> found;
  for (auto it = counts_.lower_bound(prefix); it != counts_.end() && it->first.starts_with(prefix);
       ++it)
    found.emplace_back(it->second, it->first);
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> result;
  for (std::size_t n = 0; n < std::min(count, found.size()); ++n)
    result.push_back(std::move(found[n].second));
  return result;
}

namespace {

/// Sums of reciprocal ranks.
struct Ranks {
  double sum = 0;
  std::size_t count = 0;
  void add(const std::vector<std::string>& lines, const std::string& wanted) {
    const auto found = std::find(lines.begin(), lines.end(), wanted);
    if (found != lines.end()) sum += 1 / static_cast<double>(found - lines.begin() + 1);
    ++count;
  }
  double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
};

}  // namespace

nlohmann::json evaluate_queries(const CompletionModel& model, CompletionOptions options,
                                const std::vector<WrittenText>& queries,
                                const PopularLines& popular) {
  options.whole_line = true;
  options.min_confidence = 0;
  RandomStream unused(1, "sample");
  Completer completer(model, options, unused);
  std::map<std::string, Ranks> ranks;
  for (const WrittenText& query : queries) {
    const std::string text = normal(model, query.text);
    const std::vector<std::size_t> places = character_starts(text);
    for (const int typed : kTypedCharacters) {
      if (std::ssize(places) <= typed) continue;
      const std::string prefix = text.substr(0, places[static_cast<std::size_t>(typed)]);
      completer.begin(query.context);
      completer.type(prefix);
      std::vector<std::string> lines;
      for (const Continuation& found : completer.suggest()) lines.push_back(prefix + found.text);
      const std::string name = "mrr_" + std::to_string(typed);
      ranks[name].add(lines, text);
      if (popular.empty()) continue;
      const auto frequent = popular.complete(prefix, static_cast<std::size_t>(options.count));
      const std::string part = frequent.empty() ? "unseen_" : "seen_";
      ranks["popular_" + name].add(frequent, text);
      ranks[part + name].add(lines, text);
      ranks[part + "popular_" + name].add(frequent, text);
      ++ranks[part + std::to_string(typed)].count;
    }
  }
  nlohmann::json result;
  result["queries"] = queries.size();
  for (const auto& [name, rank] : ranks)
    result[name] = name.find("mrr") == std::string::npos ? nlohmann::json(rank.count)
                                                         : nlohmann::json(rank.mean());
  return result;
}

}  // namespace weft
