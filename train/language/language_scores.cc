#include "train/language/language_scores.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "corpora/language_batches.h"
#include "train/measures/language_measures.h"

namespace weft {
namespace {

/// Calls see(place, state, token) for each token of the stream, the state being that before it.
template <class See>
void walk(const NgramTrie& trie, const TokenStream& data, const See& see) {
  constexpr std::uint64_t kStretch = 1 << 14;
  NgramTrie::State state = trie.start();
  std::vector<int> ids(kStretch);
  for (std::uint64_t begin = 0; begin < data.size(); begin += kStretch) {
    const std::uint64_t count = std::min(kStretch, data.size() - begin);
    data.read(begin, count, ids.data());
    for (std::uint64_t i = 0; i < count; ++i) {
      see(begin + i, state, ids[i]);
      trie.read(state, ids[i]);
    }
  }
}

void read_network(const LanguageModel& model, const TokenStream& data, const ScoresVisitor& see) {
  constexpr int kSteps = 64;
  LanguageBatches batches(data, 1, kSteps);
  LanguageBatch batch;
  RecurrentState state;
  Tape tape;
  std::uint64_t done = 0;
  while (batches.next(batch)) {
    tape.reset();
    see(done, model.logits(tape, batch.inputs, state).value(), batch.targets);
    done += batch.targets.size();
  }
}

/// Throws UserError for models that predict no tokens.
const NgramModel& as_ngrams(const Model& model) {
  const auto* ngrams = dynamic_cast<const NgramModel*>(&model);
  if (!ngrams) throw UserError("a " + model.kind() + " predicts no tokens; name a language model");
  return *ngrams;
}

}  // namespace

void read_scores(const Model& model, const TokenStream& data, const ScoresVisitor& see) {
  if (const auto* network = dynamic_cast<const LanguageModel*>(&model))
    return read_network(*network, data, see);
  const NgramTrie& trie = as_ngrams(model).trie();
  walk(trie, data, [&](std::uint64_t place, const NgramTrie::State& state, int token) {
    see(place, trie.log_probabilities(state), {&token, 1});
  });
}

std::vector<double> token_log_likelihoods(const Model& model, const TokenStream& data) {
  std::vector<double> result(data.size());
  if (const auto* network = dynamic_cast<const LanguageModel*>(&model)) {
    read_network(*network, data, [&](std::uint64_t first, const Matrix& scores, auto tokens) {
      log_likelihoods(scores, tokens.data(), result.data() + first);
    });
    return result;
  }
  const NgramTrie& trie = as_ngrams(model).trie();  // which is quicker than all its scores
  walk(trie, data, [&](std::uint64_t place, const NgramTrie::State& state, int token) {
    result[place] = trie.log_probability(state, token);
  });
  return result;
}

nlohmann::json evaluate_ngram_model(const NgramModel& model, const TokenStream& data) {
  LikelihoodSum likelihood;
  std::uint64_t top1 = 0, top3 = 0;
  read_scores(model, data, [&](std::uint64_t, const Matrix& all, std::span<const int> tokens) {
    const int higher = rank(all, 0, tokens.front());
    likelihood.add(static_cast<double>(all[static_cast<Index>(tokens.front())]));
    top1 += higher < 1;
    top3 += higher < 3;
  });
  nlohmann::json measures = likelihood.measures(data);
  const double tokens = static_cast<double>(likelihood.tokens);
  measures["top1"] = static_cast<double>(top1) / tokens;
  measures["top3"] = static_cast<double>(top3) / tokens;
  return measures;
}

}  // namespace weft
