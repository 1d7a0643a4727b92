#include "models/nets/ngram_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_options.h"
#include "tokenizer/vocabulary.h"

namespace weft {

void NgramModelOptions::visit(OptionVisitor& v) {
  v.integer("order", order, 1, 9, "of an n-gram model: tokens of the longest n-grams");
}

NgramModel::NgramModel(const NgramModelOptions& options, std::shared_ptr<const Tokenizer> tokenizer,
                       const std::vector<std::uint64_t>& sizes)
    : NextTokenModel(std::move(tokenizer)), options_(options), sizes_(sizes) {
  sizes_.resize(static_cast<std::size_t>(options_.order - 1));
  for (int n = 1; n <= options_.order; ++n) {
    const std::string name = "order." + std::to_string(n);
    const bool last = n == options_.order;
    const Index size = n == 1 ? static_cast<Index>(tokenizer_->vocabulary().size())
                              : static_cast<Index>(sizes_[static_cast<std::size_t>(n - 2)]);
    const auto add = [&](const char* what, Index rows) {
      return &parameters_.add(name + what, rows, 1, Initializer::zeros());
    };
    Level level{};
    if (n > 1) level.word = add(".word", size);
    level.log_probability = add(".log_probability", size);
    if (!last) {
      level.back_off = add(".back_off", size);
      level.first = add(".first", size + 1);
    }
    levels_.push_back(level);
  }
}

nlohmann::json NgramModel::architecture() const {
  nlohmann::json architecture = options_to_json(options_);
  architecture["ngrams"] = sizes_;
  return architecture;
}

NgramModel::State NgramModel::start() const {
  State state;
  read(state, kEos);
  return state;
}

void NgramModel::read(State& state, int token) const {
  if (token == kEos) state.context.clear();
  state.context.push_back(token);
  const std::size_t most = static_cast<std::size_t>(options_.order - 1);
  if (state.context.size() > most)
    state.context.erase(state.context.begin(),
                        state.context.end() - static_cast<std::ptrdiff_t>(most));
}

std::ptrdiff_t NgramModel::child(int n, std::ptrdiff_t node, int token) const {
  const real* first = level(n).first->value.memptr() + node;
  const real* words = level(n + 1).word->value.memptr();
  const auto begin = static_cast<std::ptrdiff_t>(first[0]);
  const auto end = static_cast<std::ptrdiff_t>(first[1]);
  const real wanted = static_cast<real>(token);
  const real* found = std::lower_bound(words + begin, words + end, wanted);
  return found != words + end && *found == wanted ? found - words : -1;
}

std::ptrdiff_t NgramModel::find(const std::vector<int>& tokens, std::size_t begin) const {
  std::ptrdiff_t node = tokens[begin];
  for (std::size_t i = begin + 1; i < tokens.size() && node >= 0; ++i)
    node = child(static_cast<int>(i - begin), node, tokens[i]);
  return node;
}

double NgramModel::log_probability(const State& state, int token) const {
  double back_off = 0;
  for (std::size_t begin = 0; begin < state.context.size(); ++begin) {
    const std::ptrdiff_t context = find(state.context, begin);
    if (context < 0) continue;
    const int n = static_cast<int>(state.context.size() - begin);
    const std::ptrdiff_t whole = child(n, context, token);
    if (whole >= 0)
      return back_off +
             static_cast<double>(level(n + 1).log_probability->value[static_cast<Index>(whole)]);
    back_off += static_cast<double>(level(n).back_off->value[static_cast<Index>(context)]);
  }
  return back_off + static_cast<double>(level(1).log_probability->value[static_cast<Index>(token)]);
}

Matrix NgramModel::log_probabilities(const State& state) const {
  Matrix result = level(1).log_probability->value;
  // From the shortest context on; what a longer one has not seen it leaves to the shorter.
  for (std::size_t length = 1; length <= state.context.size(); ++length) {
    const std::ptrdiff_t context = find(state.context, state.context.size() - length);
    if (context < 0) break;
    const int n = static_cast<int>(length);
    const Level &here = level(n), &next = level(n + 1);
    result += here.back_off->value[static_cast<Index>(context)];
    const real* first = here.first->value.memptr() + context;
    for (auto i = static_cast<Index>(first[0]); i < static_cast<Index>(first[1]); ++i)
      result[static_cast<Index>(next.word->value[i])] = next.log_probability->value[i];
  }
  return result;
}

namespace {

struct CountedReading : NextTokenModel::Reading {
  CountedReading(Matrix next, NgramModel::State after)
      : Reading(std::move(next)), state(std::move(after)) {}
  NgramModel::State state;
};

}  // namespace

NextTokenModel::ReadingPointer NgramModel::begin() const {
  State state = start();
  Matrix next = log_probabilities(state);
  return std::make_shared<CountedReading>(std::move(next), std::move(state));
}

std::vector<NextTokenModel::ReadingPointer> NgramModel::advance(
    const std::vector<ReadingPointer>& readings, const std::vector<int>& tokens) const {
  std::vector<ReadingPointer> result;
  for (std::size_t n = 0; n < tokens.size(); ++n) result.push_back(read(readings[n], {tokens[n]}));
  return result;
}

NextTokenModel::ReadingPointer NgramModel::read(const ReadingPointer& reading,
                                                const std::vector<int>& tokens) const {
  if (tokens.empty()) return reading;
  State state = static_cast<const CountedReading&>(*reading).state;
  for (const int id : tokens) read(state, id);
  Matrix next = log_probabilities(state);
  return std::make_shared<CountedReading>(std::move(next), std::move(state));
}

std::vector<double> NgramModel::fingerprint(const std::string& input) const {
  State state = start();
  for (const int id : tokenizer_->encode(input)) read(state, id);
  const Matrix next = log_probabilities(state);
  const Index shown = std::min<Index>(next.n_elem, 16);
  std::vector<double> numbers;
  for (Index i = 0; i < shown; ++i) {
    const double number = static_cast<double>(next[i * (next.n_elem / shown)]);
    numbers.push_back(std::isfinite(number) ? number : -1e30);
  }
  return numbers;
}

}  // namespace weft
