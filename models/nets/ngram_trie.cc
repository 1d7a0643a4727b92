#include "models/nets/ngram_trie.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_options.h"
#include "tokenizer/vocabulary.h"

namespace weft {

void NgramModelOptions::visit(OptionVisitor& v) {
  v.integer("order", order, 1, 9, "tokens of the longest n-grams");
  v.integer("prune", prune, 0, 1000000,
            "leave out n-grams of three tokens and more that came at most N times: a much smaller "
            "file that is a little worse");
}

NgramTrie::NgramTrie(ParameterStore& store, const NgramModelOptions& options, int vocabulary,
                     const std::vector<std::uint64_t>& sizes)
    : options_(options), sizes_(sizes) {
  sizes_.resize(static_cast<std::size_t>(options_.order - 1));
  for (int n = 1; n <= options_.order; ++n) {
    const std::string name = "order." + std::to_string(n);
    const bool last = n == options_.order;
    const Index size = n == 1 ? static_cast<Index>(vocabulary)
                              : static_cast<Index>(sizes_[static_cast<std::size_t>(n - 2)]);
    const auto add = [&](const char* what, Index rows) {
      return &store.add(name + what, rows, 1, Initializer::zeros());
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

nlohmann::json NgramTrie::description() const {
  nlohmann::json architecture = options_to_json(options_);
  architecture["ngrams"] = sizes_;
  return architecture;
}

bool NgramTrie::is_consistent() const {
  const auto vocabulary = static_cast<real>(level(1).log_probability->value.n_elem);
  for (int n = 1; n < order(); ++n) {
    const Matrix &first = level(n).first->value, &words = level(n + 1).word->value;
    // A number that is none is neither above nor below another.
    const bool rises = std::adjacent_find(first.begin(), first.end(),
                                          [](real a, real b) { return !(a <= b); }) == first.end();
    if (!rises || first.front() != 0 || first.back() != static_cast<real>(words.n_elem))
      return false;
    if (!std::all_of(words.begin(), words.end(),
                     [&](real word) { return word >= 0 && word < vocabulary; }))
      return false;
  }
  return true;
}

NgramTrie::State NgramTrie::start() const {
  State state;
  read(state, kEos);
  return state;
}

void NgramTrie::read(State& state, int token) const {
  if (token == kEos) state.context.clear();
  state.context.push_back(token);
  const std::size_t most = static_cast<std::size_t>(options_.order - 1);
  if (state.context.size() > most)
    state.context.erase(state.context.begin(),
                        state.context.end() - static_cast<std::ptrdiff_t>(most));
}

std::ptrdiff_t NgramTrie::child(int n, std::ptrdiff_t node, int token) const {
  const real* first = level(n).first->value.memptr() + node;
  const real* words = level(n + 1).word->value.memptr();
  const auto begin = static_cast<std::ptrdiff_t>(first[0]);
  const auto end = static_cast<std::ptrdiff_t>(first[1]);
  const real wanted = static_cast<real>(token);
  const real* found = std::lower_bound(words + begin, words + end, wanted);
  return found != words + end && *found == wanted ? found - words : -1;
}

std::ptrdiff_t NgramTrie::find(const std::vector<int>& tokens, std::size_t begin) const {
  std::ptrdiff_t node = tokens[begin];
  for (std::size_t i = begin + 1; i < tokens.size() && node >= 0; ++i)
    node = child(static_cast<int>(i - begin), node, tokens[i]);
  return node;
}

double NgramTrie::log_probability(const State& state, int token) const {
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

NgramTrie::KnownContext NgramTrie::known_context(const State& state) const {
  for (std::size_t begin = 0; begin < state.context.size(); ++begin) {
    const std::ptrdiff_t context = find(state.context, begin);
    const int n = static_cast<int>(state.context.size() - begin);
    if (context < 0) continue;
    const real* first = level(n).first->value.memptr() + context;
    const real back_off = level(n).back_off->value[static_cast<Index>(context)];
    if (first[0] != first[1]) return {n, std::exp(static_cast<double>(back_off))};
  }
  return {0, 1};
}

Matrix NgramTrie::log_probabilities(const State& state) const {
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

}  // namespace weft
