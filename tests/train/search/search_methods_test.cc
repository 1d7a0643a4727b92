// Grid, random and Bayesian search on functions whose minimum is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/random.h"
#include "train/search/search_method.h"

namespace weft {
namespace {

using Function = std::function<double(const Setting&)>;

/// The trial that a training with this result would be.
Trial trial_of(Setting setting, double loss) {
  Trial trial;
  trial.setting = std::move(setting);
  trial.status = std::isfinite(loss) ? TrialStatus::done : TrialStatus::failed;
  trial.best = {{{"loss", loss}}, "loss", loss, false};
  return trial;
}

std::vector<Trial> search(const SearchMethod& method, std::size_t count, const Function& function,
                          std::vector<Trial> trials = {}) {
  while (trials.size() < count) {
    std::optional<Setting> setting = method.propose(trials);
    if (!setting) break;
    const double loss = function(*setting);
    trials.push_back(trial_of(std::move(*setting), loss));
  }
  return trials;
}

double lowest(const std::vector<Trial>& trials) { return trials.at(best_trial(trials)).loss(); }

constexpr int kSeeds = 20;

double mean(const std::vector<double>& values) { return arma::mean(arma::vec(values)); }

/// Of pairs, the mean difference is more than twice its standard error.
void expect_lower(const std::vector<double>& lower, const std::vector<double>& higher) {
  const arma::vec differences = arma::vec(higher) - arma::vec(lower);
  const double error =
      arma::stddev(differences) / std::sqrt(static_cast<double>(differences.n_elem));
  EXPECT_GT(arma::mean(differences), 2 * error) << mean(lower) << " and " << mean(higher);
}

/// A training in small: the learning rate matters much, dropout some, the width hardly, and one
/// cell of three is the right one. Where the minimum, 0, lies is drawn anew for each seed, so that
/// no method is lucky with it.
class Mixture {
 public:
  explicit Mixture(std::uint64_t seed) {
    RandomStream random(seed, "mixture");
    for (double& each : minimum_) each = random.uniform(0.1, 0.9);
    right_cell_ = random.below(3);
  }
  static SearchSpace space() {
    return SearchSpace::parse({"learning-rate=log:1e-4..1e-1", "dropout=0..0.6",
                               "hidden=int:16..256", "cell=rnn,gru,lstm"});
  }
  double operator()(const Setting& setting) const {
    const std::vector<double> at = space().positions(setting);
    double loss = 0;
    constexpr double kWeights[] = {10, 2, 0.1};
    for (std::size_t d = 0; d < 3; ++d) loss += kWeights[d] * std::pow(at[d] - minimum_[d], 2);
    const auto cell = static_cast<std::size_t>(3 * at[3]);
    return loss + 0.4 * static_cast<double>((cell + 3 - right_cell_) % 3);
  }

 private:
  double minimum_[3];
  std::uint64_t right_cell_;
};

/// Random beats grid where few dimensions matter: of 36 trials a grid tries 2 or 3 values of the
/// learning rate, again and again, and random search 36 (Bergstra & Bengio 2012). Bayesian search
/// learns which ones matter.
TEST(SearchMethods, BayesianBeatsRandomBeatsGrid) {
  constexpr std::size_t kTrials = 36;
  const SearchSpace space = Mixture::space();
  std::vector<double> grid, random, bayes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Mixture function(seed);
    grid.push_back(lowest(search(*grid_search(space, 0, kTrials), kTrials, function)));
    random.push_back(lowest(search(*random_search(space, seed), kTrials, function)));
    bayes.push_back(
        lowest(search(*bayesian_search(space, Kernel::matern, seed), kTrials, function)));
  }
  expect_lower(random, grid);   // the means were 0.118 and 0.522
  expect_lower(bayes, random);  // 0.00002
}

/// Branin's function, whose three minima are 0.397887.
double branin(const Setting& setting) {
  const double x = std::stod(setting[0]), y = std::stod(setting[1]);
  const double bowl = y - 5.1 / (4 * M_PI * M_PI) * x * x + 5 / M_PI * x - 6;
  return bowl * bowl + 10 * (1 - 1 / (8 * M_PI)) * std::cos(x) + 10;
}

TEST(SearchMethods, BayesianBeatsRandomOnBranin) {
  constexpr std::size_t kTrials = 25;
  const SearchSpace space = SearchSpace::parse({"x=-5..10", "y=0..15"});
  std::vector<double> random, bayes;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    random.push_back(lowest(search(*random_search(space, seed), kTrials, branin)));
    const auto method = bayesian_search(space, Kernel::matern, seed);
    bayes.push_back(lowest(search(*method, kTrials, branin)));
  }
  expect_lower(bayes, random);
  EXPECT_LT(mean(bayes), 0.5);  // it was 0.42, and random search's 2.55
}

TEST(SearchMethods, GridHasTheEndsOfEachRange) {
  const SearchSpace space = SearchSpace::parse({"a=0..1", "b=int:1..2", "c=x,y"});
  const auto settings_of = [&](std::int64_t points, std::int64_t count) {
    std::vector<Setting> settings;
    for (const Trial& trial :
         search(*grid_search(space, points, count), 1000, [](const Setting&) { return 0.0; }))
      settings.push_back(trial.setting);
    return settings;
  };
  EXPECT_EQ(settings_of(0, 13).size(), 12u);  // 3 · 2 · 2
  EXPECT_EQ(settings_of(0, 2), (std::vector<Setting>{{"0.5", "2", "x"}, {"0.5", "2", "y"}}));
  const auto nine = settings_of(3, 0);
  EXPECT_EQ(nine.size(), 12u);  // b has two values only
  EXPECT_EQ(nine.front(), (Setting{"0", "1", "x"}));
  EXPECT_EQ(nine.back(), (Setting{"1", "2", "y"}));
  EXPECT_THROW(grid_search(space, 0, 1), UserError);
  EXPECT_THROW(grid_search(space, 0, 0), UserError);
  EXPECT_THROW(grid_search(SearchSpace::parse({"a=0..1", "b=0..1"}), 2000, 0), UserError);
}

TEST(SearchMethods, NothingIsTriedTwiceAndASmallSpaceEnds) {
  const SearchSpace space = SearchSpace::parse({"a=int:1..3", "b=x,y,z"});
  const Function function = [](const Setting& setting) { return std::stod(setting[0]); };
  std::vector<std::unique_ptr<SearchMethod>> methods;
  methods.push_back(random_search(space, 1));
  methods.push_back(bayesian_search(space, Kernel::matern, 1));
  for (const auto& method : methods) {
    const std::vector<Trial> trials = search(*method, 20, function);
    std::set<Setting> settings;
    for (const Trial& trial : trials) settings.insert(trial.setting);
    EXPECT_EQ(trials.size(), 9u);
    EXPECT_EQ(settings.size(), 9u);
  }
}

/// What is proposed depends on the trials so far and the seed, on nothing else.
TEST(SearchMethods, GoesOnAsIfNothingHadHappened) {
  const SearchSpace space = Mixture::space();
  const Mixture function(1);
  for (const bool bayes : {false, true}) {
    const auto method = [&](std::uint64_t seed) {
      return bayes ? bayesian_search(space, Kernel::matern, seed) : random_search(space, seed);
    };
    const std::vector<Trial> whole = search(*method(1), 12, function);
    std::vector<Trial> part(whole.begin(), whole.begin() + 7);
    const std::vector<Trial> resumed = search(*method(1), 12, function, std::move(part));
    const std::vector<Trial> other = search(*method(2), 12, function);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(whole[i].setting, resumed[i].setting) << i;
      EXPECT_NE(whole[i].setting, other[i].setting) << i;
    }
  }
}

/// A part of the space where every training fails is left alone in the end.
TEST(SearchMethods, FailuresAreAvoided) {
  const SearchSpace space = SearchSpace::parse({"x=0..1", "y=0..1"});
  const Function function = [](const Setting& setting) {
    const double x = std::stod(setting[0]), y = std::stod(setting[1]);
    return x > 0.6 ? HUGE_VAL : std::pow(x - 0.5, 2) + std::pow(y - 0.5, 2);
  };
  const std::vector<Trial> trials =
      search(*bayesian_search(space, Kernel::matern, 1), 25, function);
  int late_failures = 0;
  for (std::size_t i = 15; i < trials.size(); ++i)
    late_failures += trials[i].status == TrialStatus::failed;
  EXPECT_LE(late_failures, 3);
  EXPECT_LT(lowest(trials), 0.01);
  // Nothing but failures is no obstacle either.
  EXPECT_EQ(
      search(*bayesian_search(space, Kernel::matern, 1), 9, [](const Setting&) { return HUGE_VAL; })
          .size(),
      9u);
}

}  // namespace
}  // namespace weft
