#include "train/language/adaptation.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "tokenizer/vocabulary.h"
#include "train/language/kneser_ney.h"
#include "train/language/language_mixture.h"
#include "train/language/language_scores.h"
#include "train/language/marginal_adaptation.h"
#include "train/measures/language_measures.h"

namespace weft {
namespace {

constexpr int kFolds = 5;
/// Exponent of the ratios of how often tokens came and were expected.
constexpr real kStrength = 0.75;
/// So many tokens of each class of familiarity count as having the weight of them all.
constexpr double kPriorTokens = 10;

std::vector<int> all_of(const TokenStream& text) {
  std::vector<int> ids(text.size());
  text.read(0, text.size(), ids.data());
  return ids;
}

/// What n-grams say of tokens that they were not made of.
struct HeldOut {
  explicit HeldOut(std::size_t tokens) : log_likelihoods(tokens), familiarity(tokens) {}
  std::vector<double> log_likelihoods;
  std::vector<int> familiarity;  // of the contexts, see PersonalModel
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
    result.familiarity[i] = PersonalModel::familiarity(trie.known_context(state));
    trie.read(state, ids[i]);
  }
}

/// The fold of each token, that of its line. Throws UserError if some fold has no line.
std::vector<int> folds(const std::vector<int>& ids) {
  std::vector<int> result;
  int line = 0;
  for (const int id : ids) {
    result.push_back(line % kFolds);
    line += id == kEos;
  }
  if (line < kFolds)
    throw UserError("there are fewer than " + std::to_string(kFolds) +
                    " lines to learn from; give more text");
  return result;
}

/// Each line by n-grams of the lines that are not in the same fold.
HeldOut leave_out_lines(const NgramModelOptions& options, int vocabulary,
                        const std::vector<int>& ids, const std::vector<int>& fold) {
  HeldOut result(ids.size());
  for (int left_out = 0; left_out < kFolds; ++left_out) {
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

/// One for each class of familiarity, some of which have next to no tokens.
std::vector<double> weights_by_familiarity(const HeldOut& personal,
                                           const std::vector<double>& general, int order) {
  const double overall = mixture_weight(personal.log_likelihoods, general);
  const auto classes = static_cast<std::size_t>(PersonalModel::familiarities(order));
  std::vector<std::vector<double>> first(classes), second(classes);
  for (std::size_t i = 0; i < general.size(); ++i) {
    const auto c = static_cast<std::size_t>(personal.familiarity[i]);
    first[c].push_back(personal.log_likelihoods[i]);
    second[c].push_back(general[i]);
  }
  std::vector<double> weights;
  for (std::size_t c = 0; c < classes; ++c)
    weights.push_back(mixture_weight(first[c], second[c], {overall, kPriorTokens}));
  return weights;
}

/// Factors on the general model's probabilities, of each fold by the lines that are not in it.
std::vector<Matrix> preferences_of_others(const Marginals& marginals) {
  std::vector<Matrix> result;
  for (int fold = 0; fold < kFolds; ++fold)
    result.push_back(kStrength * marginals.log_ratios(fold));
  return result;
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
  description.sizes = counts.sizes();
  const std::vector<int> ids = all_of(held_out ? *held_out : text);
  Matrix preferences(static_cast<Index>(description.vocabulary), 1, arma::fill::zeros);
  if (held_out) {
    HeldOut personal(ids.size());
    ask(
        options, description.vocabulary, counts, ids, [](std::size_t) { return true; }, personal);
    description.weights =
        weights_by_familiarity(personal, token_log_likelihoods(general, *held_out), options.order);
  } else {
    const std::vector<int> fold = folds(ids);
    const Marginals marginals(general, text, fold, kFolds);
    preferences = kStrength * marginals.log_ratios();
    const std::vector<Matrix> of_others = preferences_of_others(marginals);
    description.weights = weights_by_familiarity(
        leave_out_lines(options, description.vocabulary, ids, fold),
        adapted_log_likelihoods(general, text,
                                [&](std::uint64_t place) -> const Matrix& {
                                  return of_others[static_cast<std::size_t>(fold[place])];
                                }),
        options.order);
  }
  auto model = std::make_unique<PersonalModel>(description);
  counts.fill(model->trie());
  model->preferences() = preferences;
  return model;
}

nlohmann::json evaluate_personalized(const PersonalizedModel& model, const TokenStream& data) {
  const PersonalModel& personal = model.personal();
  const std::vector<double> scores = adapted_log_likelihoods(
      model.general(), data,
      [&](std::uint64_t) -> const Matrix& { return personal.preferences(); });
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
