// N-gram models against the formulas of Chen & Goodman (1998), computed with maps.
#include "train/language/kneser_ney.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/train/random_text.h"
#include "train/language/language_mixture.h"

namespace weft {
namespace {

using Gram = std::vector<int>;

/// Interpolated modified Kneser-Ney, straight from the definitions.
class Definition {
 public:
  Definition(int order, const std::vector<int>& text, int prune = 0)
      : order_(order), prune_(prune) {
    std::vector<int> ids = {kEos};
    ids.insert(ids.end(), text.begin(), text.end());
    for (std::size_t end = 1; end < ids.size(); ++end)
      for (std::size_t n = 1; n <= static_cast<std::size_t>(order) && n <= end + 1; ++n) {
        const std::size_t begin = end + 1 - n;
        ++counts_[Gram(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                       ids.begin() + static_cast<std::ptrdiff_t>(end + 1))];
        if (begin != end && ids[begin] == kEos) break;
      }
    for (const auto& [gram, count] : counts_) {
      const Gram shorter(gram.begin() + 1, gram.end());
      if (!shorter.empty()) before_[shorter].insert(gram.front());
    }
    for (int n = 1; n <= order; ++n) find_discounts(n);
  }

  double probability(const Gram& context, int word) const {
    const Shares shares = shares_after(context, word);
    if (context.empty()) return shares.own + shares.left_over / (kVocabulary - 2);
    return shares.own +
           shares.left_over * probability(Gram(context.begin() + 1, context.end()), word);
  }

  double left_over(const Gram& context) const { return shares_after(context, kEos).left_over; }

 private:
  struct Shares {
    double own, left_over;
  };
  Shares shares_after(Gram context, int word) const {
    double sum = 0, left = 0, own = 0;
    context.push_back(0);
    for (int w = 0; w < kVocabulary; ++w) {
      context.back() = w;
      const double count = adjusted(context);
      const double taken = is_pruned(context) ? count : discount(context.size(), count);
      sum += count;
      left += taken;
      if (w == word) own = count - taken;
    }
    if (sum == 0) return {0, 1};
    return {own / sum, left / sum};
  }

  bool is_pruned(const Gram& gram) const {
    const auto found = counts_.find(gram);
    return gram.size() > 2 && found != counts_.end() && found->second <= prune_;
  }
  double adjusted(const Gram& gram) const {
    const auto found = counts_.find(gram);
    if (found == counts_.end()) return 0;
    const bool as_it_is =
        static_cast<int>(gram.size()) == order_ || (gram.size() > 1 && gram.front() == kEos);
    return static_cast<double>(as_it_is ? found->second : before_.at(gram).size());
  }
  double discount(std::size_t n, double count) const {
    return count == 0 ? 0 : discounts_.at(n)[static_cast<std::size_t>(std::min(count, 3.0)) - 1];
  }
  void find_discounts(int order) {
    double seen[5] = {};
    for (const auto& [gram, count] : counts_)
      if (static_cast<int>(gram.size()) == order && adjusted(gram) <= 4)
        ++seen[static_cast<int>(adjusted(gram))];
    std::vector<double>& discounts = discounts_[static_cast<std::size_t>(order)];
    if (seen[1] == 0 || seen[2] == 0 || seen[3] == 0) {
      discounts = {0.5, 1, 1.5};
      return;
    }
    const double y = seen[1] / (seen[1] + 2 * seen[2]);
    discounts = {1 - 2 * y * seen[2] / seen[1], 2 - 3 * y * seen[3] / seen[2],
                 3 - 4 * y * seen[4] / seen[3]};
    for (double& discount : discounts) discount = std::max(discount, 0.0);
  }

  int order_, prune_;
  std::map<Gram, int> counts_;
  std::map<Gram, std::set<int>> before_;
  std::map<std::size_t, std::vector<double>> discounts_;
};

void expect_agreement(const NgramModelOptions& options) {
  SCOPED_TRACE(options.order);
  SCOPED_TRACE(options.prune);
  const std::vector<int> text = random_text(1, 400);
  const auto model = fit_ngram_model(options, words(), TokenStream::from_ids(text));
  const Definition definition(options.order, text, options.prune);
  const NgramTrie& trie = model->trie();
  NgramTrie::State state = trie.start();
  for (const int id : random_text(2, 60)) {
    const Matrix all = trie.log_probabilities(state);
    double sum = 0;
    for (int w = 0; w < kVocabulary; ++w) {
      const double p = std::exp(trie.log_probability(state, w));
      sum += p;
      EXPECT_NEAR(std::exp(static_cast<double>(all[static_cast<Index>(w)])), p, 1e-6);
      if (w != kPad && w != kBos) {
        EXPECT_NEAR(p, definition.probability(state.context, w), 1e-6) << w;
      }
    }
    EXPECT_NEAR(sum, 1, 1e-5);
    trie.read(state, id);
  }
}

TEST(KneserNey, AgreesWithTheDefinition) {
  for (const int order : {2, 3, 4}) expect_agreement({order});
}

TEST(KneserNey, AgreesWithTheDefinitionOfPruning) {
  for (const int order : {2, 3, 4})
    for (const int prune : {1, 3, 1000}) expect_agreement({order, prune});
}

TEST(KneserNey, KeepsWhatCameOftenEnough) {
  const int a = kSpecialIds, b = a + 1;
  const auto text = TokenStream::from_ids({a, a, a, kEos, a, a, b, kEos, b, b, b, kEos});
  // <eos> a a twice; all others of three tokens once.
  EXPECT_EQ(KneserNey({3}, kVocabulary, text).sizes(), (std::vector<std::uint64_t>{7, 8}));
  EXPECT_EQ(KneserNey({3, 1}, kVocabulary, text).sizes(), (std::vector<std::uint64_t>{7, 1}));
  EXPECT_EQ(KneserNey({3, 2}, kVocabulary, text).sizes(), (std::vector<std::uint64_t>{7, 0}));
}

TEST(KneserNey, ATextOfOneWord) {
  const auto model = fit_ngram_model({3}, words(), TokenStream::from_ids({kSpecialIds, kEos}));
  const Matrix first = model->trie().log_probabilities(model->trie().start());
  EXPECT_EQ(first.index_max(), static_cast<Index>(kSpecialIds));
  EXPECT_NEAR(arma::accu(arma::exp(first)), 1, 1e-5);
}

TEST(KneserNey, KnowsOnlyWhatSomethingFollowed) {
  const int a = kSpecialIds, b = a + 1, c = a + 2;
  const auto model = fit_ngram_model({3}, words(), TokenStream::from_ids({a, b, kEos, b, c, kEos}));
  const auto known = [&](const std::vector<int>& context) {
    return model->trie().known_context({context}).length;
  };
  EXPECT_EQ(known({kEos, a}), 2);
  EXPECT_EQ(known({c, b}), 1);  // b alone
  EXPECT_EQ(known({b, c}), 2);  // the line's end followed
  EXPECT_EQ(known({a, c + 1}), 0);
}

TEST(KneserNey, AContextLeavesToShorterOnesWhatItsDiscountsTook) {
  const std::vector<int> ids = random_text(5, 600);
  const Definition definition(3, ids);
  const auto model = fit_ngram_model({3}, words(), TokenStream::from_ids(ids));
  NgramTrie::State state = model->trie().start();
  for (const int id : ids) {
    const NgramTrie::KnownContext known = model->trie().known_context(state);
    const Gram context(state.context.end() - known.length, state.context.end());
    const double left_over = context.empty() ? 1 : definition.left_over(context);
    EXPECT_NEAR(known.left_over, left_over, 1e-6);
    model->trie().read(state, id);
  }
}

TEST(Mixture, FewTokensMoveAWeightLittle) {
  const std::vector<double> good = {std::log(0.9), std::log(0.8)};
  const std::vector<double> other = {std::log(0.1), std::log(0.1)};
  EXPECT_NEAR(mixture_weight(good, other), 1, 1e-3);
  const double weight = mixture_weight(good, other, {0.2, 10});
  EXPECT_GT(weight, 0.2);
  EXPECT_LT(weight, 0.4);
  EXPECT_EQ(mixture_weight({}, {}, {0.2, 10}), 0.2);
}

TEST(Mixture, WeightIsTheLikeliest) {
  const std::vector<double> good = {std::log(0.5), std::log(0.4), std::log(0.1)};
  const std::vector<double> other = {std::log(0.1), std::log(0.3), std::log(0.6)};
  const double weight = mixture_weight(good, other);
  const auto likelihood = [&](double w) {
    double sum = 0;
    for (std::size_t i = 0; i < good.size(); ++i)
      sum += std::log(w * std::exp(good[i]) + (1 - w) * std::exp(other[i]));
    return sum;
  };
  for (double w = 0.01; w < 1; w += 0.01) EXPECT_LE(likelihood(w), likelihood(weight) + 1e-9);
}

}  // namespace
}  // namespace weft
