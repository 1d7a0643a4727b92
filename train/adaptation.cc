#include "train/adaptation.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "tokenizer/vocabulary.h"
#include "train/kneser_ney.h"
#include "train/language_measures.h"
#include "train/language_mixture.h"

namespace weft {
namespace {

constexpr std::size_t kFolds = 5;

std::vector<int> all_of(const TokenStream& text) {
  std::vector<int> ids(text.size());
  text.read(0, text.size(), ids.data());
  return ids;
}

/// What n-grams say of tokens that they were not made of.
struct HeldOut {
  explicit HeldOut(std::size_t tokens) : log_likelihoods(tokens), known_context(tokens) {}
  std::vector<double> log_likelihoods;
  std::vector<int> known_context;  // see NgramTrie
};

/// Of the tokens in the lines where `is_held_out`, of a token's place, is true.
template <class IsHeldOut>
void ask(const NgramModelOptions& options, int vocabulary, const KneserNey& counts,
         const std::vector<int>& ids, const IsHeldOut& is_held_out, HeldOut& result) {
  ParameterStore store;
  NgramTrie trie(store, options, vocabulary, counts.sizes());
  counts.fill(trie);
  NgramTrie::State state = trie.start();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!is_held_out(i)) continue;
    result.log_likelihoods[i] = trie.log_probability(state, ids[i]);
    result.known_context[i] = trie.known_context(state);
    trie.read(state, ids[i]);
  }
}

/// Each line by n-grams of the lines that are not in the same fold.
HeldOut leave_out_lines(const NgramModelOptions& options, int vocabulary,
                        const std::vector<int>& ids) {
  std::vector<std::size_t> fold;  // of each token
  std::size_t line = 0;
  for (const int id : ids) {
    fold.push_back(line % kFolds);
    line += id == kEos;
  }
  if (line < kFolds)
    throw UserError("there are fewer than " + std::to_string(kFolds) +
                    " lines to learn from; give more text");
  HeldOut result(ids.size());
  for (std::size_t left_out = 0; left_out < kFolds; ++left_out) {
    std::vector<int> others;
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (fold[i] != left_out) others.push_back(ids[i]);
    const KneserNey counts(options, vocabulary, TokenStream::from_ids(others));
    ask(
        options, vocabulary, counts, ids, [&](std::size_t i) { return fold[i] == left_out; },
        result);
  }
  return result;
}

/// One for each length of a known context; for one that never came, that of the next shorter.
std::vector<double> weights_by_context(const HeldOut& personal, const std::vector<double>& general,
                                       int order) {
  std::vector<double> weights;
  for (int length = 0; length < order; ++length) {
    std::vector<double> first, second;
    for (std::size_t i = 0; i < general.size(); ++i) {
      if (personal.known_context[i] != length) continue;
      first.push_back(personal.log_likelihoods[i]);
      second.push_back(general[i]);
    }
    const double shorter = weights.empty() ? 0 : weights.back();
    weights.push_back(first.empty() ? shorter : mixture_weight(first, second));
  }
  return weights;
}

}  // namespace

std::unique_ptr<PersonalModel> adapt(const NextTokenModel& general,
                                     const NgramModelOptions& options, const TokenStream& text,
                                     const TokenStream* held_out) {
  PersonalModel::Description description;
  description.options = options;
  description.vocabulary = general.tokenizer()->vocabulary().size();
  description.tokenizer = checksum_of(*general.tokenizer());
  const KneserNey counts(options, description.vocabulary, text);
  const std::vector<int> ids = all_of(held_out ? *held_out : text);
  HeldOut personal(ids.size());
  if (held_out)
    ask(
        options, description.vocabulary, counts, ids, [](std::size_t) { return true; }, personal);
  else
    personal = leave_out_lines(options, description.vocabulary, ids);
  description.weights = weights_by_context(
      personal, token_log_likelihoods(general, held_out ? *held_out : text), options.order);
  description.sizes = counts.sizes();
  auto model = std::make_unique<PersonalModel>(description);
  counts.fill(model->trie());
  return model;
}

nlohmann::json evaluate_personalized(const PersonalizedModel& model, const TokenStream& data) {
  const PersonalModel& personal = model.personal();
  const std::vector<double> scores = token_log_likelihoods(model.general(), data);
  NgramTrie::State state = personal.trie().start();
  LikelihoodSum sum;
  double weights = 0;
  for (std::uint64_t i = 0; i < data.size(); ++i) {
    const double weight = personal.weight(state);
    weights += weight;
    sum.add(
        mixed_log_likelihood(weight, personal.trie().log_probability(state, data[i]), scores[i]));
    personal.trie().read(state, data[i]);
  }
  nlohmann::json measures = sum.measures(data);
  measures["weight"] = weights / static_cast<double>(data.size());
  return measures;
}

}  // namespace weft
