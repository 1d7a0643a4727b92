#include "train/adaptation.h"

#include <cmath>
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

/// Of each token of the lines, by n-grams of the lines that are not in the same fold.
std::vector<double> left_out_likelihoods(const NgramModelOptions& options, int vocabulary,
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
  std::vector<double> scores(ids.size());
  for (std::size_t left_out = 0; left_out < kFolds; ++left_out) {
    std::vector<int> others;
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (fold[i] != left_out) others.push_back(ids[i]);
    const KneserNey counts(options, vocabulary, TokenStream::from_ids(others));
    ParameterStore store;
    NgramTrie trie(store, options, vocabulary, counts.sizes());
    counts.fill(trie);
    NgramTrie::State state = trie.start();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (fold[i] != left_out) continue;
      scores[i] = trie.log_probability(state, ids[i]);
      trie.read(state, ids[i]);
    }
  }
  return scores;
}

}  // namespace

std::unique_ptr<PersonalModel> adapt(const NextTokenModel& general,
                                     const NgramModelOptions& options, const TokenStream& text) {
  std::vector<int> ids(text.size());
  text.read(0, text.size(), ids.data());
  PersonalModel::Description description;
  description.options = options;
  description.vocabulary = general.tokenizer()->vocabulary().size();
  description.tokenizer = checksum_of(*general.tokenizer());
  description.weight = mixture_weight(left_out_likelihoods(options, description.vocabulary, ids),
                                      token_log_likelihoods(general, text));
  const KneserNey counts(options, description.vocabulary, text);
  description.sizes = counts.sizes();
  auto model = std::make_unique<PersonalModel>(description);
  counts.fill(model->trie());
  return model;
}

nlohmann::json evaluate_personalized(const NextTokenModel& general, const PersonalModel& personal,
                                     const TokenStream& data) {
  personal.check(general);
  const std::vector<double> scores = token_log_likelihoods(general, data);
  NgramTrie::State state = personal.trie().start();
  LikelihoodSum sum;
  for (std::uint64_t i = 0; i < data.size(); ++i) {
    sum.add(
        std::log(personal.weight() * std::exp(personal.trie().log_probability(state, data[i])) +
                 (1 - personal.weight()) * std::exp(scores[i])));
    personal.trie().read(state, data[i]);
  }
  nlohmann::json measures = sum.measures(data);
  measures["weight"] = personal.weight();
  return measures;
}

}  // namespace weft
