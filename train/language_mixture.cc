#include "train/language_mixture.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "corpora/language_batches.h"
#include "models/core/kernels/parallel.h"
#include "train/language_measures.h"

namespace weft {
namespace {

constexpr std::uint64_t kStretch = 1 << 14;

/// Calls see(state, token) for each token of the stream, the state being that before it.
template <class See>
void walk(const NgramTrie& trie, const TokenStream& data, const See& see) {
  NgramTrie::State state = trie.start();
  std::vector<int> ids(kStretch);
  for (std::uint64_t begin = 0; begin < data.size(); begin += kStretch) {
    const std::uint64_t count = std::min(kStretch, data.size() - begin);
    data.read(begin, count, ids.data());
    for (std::uint64_t i = 0; i < count; ++i) {
      see(state, ids[i]);
      trie.read(state, ids[i]);
    }
  }
}

std::vector<double> of_network(const LanguageModel& model, const TokenStream& data) {
  constexpr int kSteps = 64;
  LanguageBatches batches(data, 1, kSteps);
  LanguageBatch batch;
  RecurrentState state;
  Tape tape;
  std::vector<double> scores(data.size());
  std::size_t done = 0;
  while (batches.next(batch)) {
    tape.reset();
    log_likelihoods(model.logits(tape, batch.inputs, state).value(), batch.targets.data(),
                    scores.data() + done);
    done += batch.targets.size();
  }
  return scores;
}

}  // namespace

double mixed_log_likelihood(double weight, double first, double second) {
  return std::log(weight * std::exp(first) + (1 - weight) * std::exp(second));
}

std::vector<double> token_log_likelihoods(const Model& model, const TokenStream& data) {
  if (const auto* network = dynamic_cast<const LanguageModel*>(&model))
    return of_network(*network, data);
  const auto* ngrams = dynamic_cast<const NgramModel*>(&model);
  if (!ngrams) throw UserError("a " + model.kind() + " predicts no tokens; name a language model");
  std::vector<double> scores;
  walk(ngrams->trie(), data, [&](const NgramTrie::State& state, int token) {
    scores.push_back(ngrams->trie().log_probability(state, token));
  });
  return scores;
}

nlohmann::json evaluate_ngram_model(const NgramModel& model, const TokenStream& data) {
  LikelihoodSum likelihood;
  std::uint64_t top1 = 0, top3 = 0;
  walk(model.trie(), data, [&](const NgramTrie::State& state, int token) {
    const Matrix all = model.trie().log_probabilities(state);
    const real score = all[static_cast<Index>(token)];
    const auto higher = std::count_if(all.begin(), all.end(), [&](real x) { return x > score; });
    likelihood.add(static_cast<double>(score));
    top1 += higher < 1;
    top3 += higher < 3;
  });
  nlohmann::json measures = likelihood.measures(data);
  const double tokens = static_cast<double>(likelihood.tokens);
  measures["top1"] = static_cast<double>(top1) / tokens;
  measures["top3"] = static_cast<double>(top3) / tokens;
  return measures;
}

double mixture_weight(const std::vector<double>& first, const std::vector<double>& second) {
  constexpr int kMost = 200;
  constexpr double kEnough = 1e-6;
  double weight = 0.5;
  for (int round = 0; round < kMost && !first.empty(); ++round) {
    double mine = 0;
    for (std::size_t i = 0; i < first.size(); ++i)
      mine += weight * std::exp(first[i] - mixed_log_likelihood(weight, first[i], second[i]));
    const double next = mine / static_cast<double>(first.size());
    const bool settled = std::abs(next - weight) < kEnough;
    weight = next;
    if (settled) break;
  }
  return weight;
}

nlohmann::json evaluate_mixture(const Model& first, const Model& second,
                                const TokenStream& held_out, const TokenStream& data) {
  if (!first.tokenizer() || !second.tokenizer() ||
      first.tokenizer()->serialize() != second.tokenizer()->serialize())
    throw UserError(
        "two models can be mixed if they split text the same way; train the second "
        "with the first one's tokenizer");
  const double weight = mixture_weight(token_log_likelihoods(first, held_out),
                                       token_log_likelihoods(second, held_out));
  const std::vector<double> a = token_log_likelihoods(first, data),
                            b = token_log_likelihoods(second, data);
  LikelihoodSum sum;
  for (std::size_t i = 0; i < a.size(); ++i) sum.add(mixed_log_likelihood(weight, a[i], b[i]));
  nlohmann::json measures = sum.measures(data);
  measures["weight"] = weight;
  return measures;
}

}  // namespace weft
