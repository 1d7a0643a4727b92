// Bayesian optimisation.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "train/search/search_method.h"

namespace weft {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Of the trials' losses, numbers that a process of mean zero and variance one may have drawn. What
/// failed counts as the worst; what is far worse than the middle counts as bad, and no more: the
/// interest is at the other end.
arma::vec standardized_losses(const std::vector<Trial>& trials) {
  std::vector<double> known;
  for (const Trial& trial : trials)
    if (std::isfinite(trial.loss())) known.push_back(trial.loss());
  arma::vec losses(trials.size(), arma::fill::zeros);
  if (known.empty()) return losses;
  std::sort(known.begin(), known.end());
  const double best = known.front(), middle = known[known.size() / 2];
  constexpr double kFar = 4;
  const double worst =
      middle > best ? std::min(known.back(), best + kFar * (middle - best)) : known.back();
  for (std::size_t i = 0; i < trials.size(); ++i) losses(i) = std::min(trials[i].loss(), worst);
  const double deviation = losses.n_elem > 1 ? arma::stddev(losses) : 0;
  losses -= arma::mean(losses);
  if (deviation > 0) losses /= deviation;
  return losses;
}

class BayesianSearch : public SearchMethod {
 public:
  BayesianSearch(const SearchSpace& space, Kernel kernel, std::uint64_t seed)
      : space_(space), kernel_(kernel), seed_(seed) {}

  std::optional<Setting> propose(const std::vector<Trial>& trials) const override {
    RandomStream random(seed_, "trial/" + std::to_string(trials.size()));
    if (trials.size() < design_size()) {
      Setting setting = design(trials.size());
      if (!is_tried(trials, setting)) return setting;
      return draw_untried(space_, trials, random);
    }
    const Model model = learn(trials);
    return most_promising(model, trials, random);
  }

 private:
  struct Model {
    GaussianProcess process;
    double best;  // the lowest mean at a trial's setting: a loss by luck is not taken for the truth
  };
  struct Candidate {
    std::vector<double> positions;
    Setting setting;
    double promise = -kInfinity;  // logarithm of the expected improvement
  };

  std::size_t design_size() const { return space_.dimensions().size() + 2; }

  /// One point of a Latin hypercube: of each range, cut into as many parts as there are points,
  /// each part has one (McKay, Beckman & Conover 1979).
  Setting design(std::size_t point) const {
    std::vector<double> positions;
    for (const SearchDimension& dimension : space_.dimensions()) {
      RandomStream random(seed_, "design/" + dimension.option);
      std::vector<std::size_t> parts(design_size());
      for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = i;
      random.shuffle(parts);
      double within = 0;
      for (std::size_t i = 0; i <= point; ++i) within = random.uniform();
      const double share =
          (static_cast<double>(parts[point]) + within) / static_cast<double>(parts.size());
      positions.push_back(dimension.spread(share));
    }
    return space_.at(positions);
  }

  Model learn(const std::vector<Trial>& trials) const {
    arma::mat points(space_.groups().size(), trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i)
      points.col(i) = space_.encode(trials[i].setting);
    GaussianProcess process(kernel_, points, standardized_losses(trials), space_.groups());
    process.fit(seed_);
    double best = kInfinity;
    for (arma::uword i = 0; i < points.n_cols; ++i)
      best = std::min(best, process.predict(points.col(i)).mean);
    return {std::move(process), best};
  }

  Candidate weigh(const Model& model, std::vector<double> positions) const {
    Candidate candidate;
    candidate.setting = space_.at(positions);
    candidate.positions = std::move(positions);
    candidate.promise = log_expected_improvement(
        model.process.predict(space_.encode(candidate.setting)), model.best);
    return candidate;
  }

  /// A neighbour: every position moved a little or, sometimes, drawn anew. A category has no
  /// little.
  std::vector<double> near(std::vector<double> positions, double reach,
                           RandomStream& random) const {
    const double share = 1.0 / static_cast<double>(positions.size());
    for (std::size_t d = 0; d < positions.size(); ++d) {
      const SearchDimension& dimension = space_.dimensions()[d];
      const bool anew = random.uniform() < 0.5 * share;
      const double step = reach * random.normal();
      const double drawn = dimension.spread(random.uniform());
      if (anew)
        positions[d] = drawn;
      else if (dimension.kind != SearchDimension::Kind::category)
        positions[d] = std::clamp(positions[d] + step, 0.0, 1.0);
    }
    return positions;
  }

  /// The settings of the best trials, best first.
  std::vector<Setting> best_settings(const std::vector<Trial>& trials) const {
    std::vector<std::size_t> order(trials.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return trials[a].loss() < trials[b].loss();
    });
    std::vector<Setting> settings;
    for (std::size_t i = 0; i < std::min(kBest, order.size()); ++i)
      settings.push_back(trials[order[i]].setting);
    return settings;
  }

  /// Settings that nobody tried: many from everywhere, some from around the best trials.
  std::vector<Candidate> candidates(const Model& model, const std::vector<Trial>& trials,
                                    RandomStream& random) const {
    constexpr int kDrawn = 1000, kNear = 50;
    std::vector<Candidate> found;
    const auto consider = [&](std::vector<double> positions) {
      Candidate candidate = weigh(model, std::move(positions));
      if (!is_tried(trials, candidate.setting)) found.push_back(std::move(candidate));
    };
    for (int i = 0; i < kDrawn; ++i) {
      std::vector<double> positions;
      for (const SearchDimension& dimension : space_.dimensions())
        positions.push_back(dimension.spread(random.uniform()));
      consider(std::move(positions));
    }
    for (const Setting& setting : best_settings(trials))
      for (int i = 0; i < kNear; ++i) consider(near(space_.positions(setting), kReach, random));
    std::stable_sort(found.begin(), found.end(),
                     [](const Candidate& a, const Candidate& b) { return a.promise > b.promise; });
    return found;
  }

  /// Expected improvement has many hills and, between the steps of whole numbers and categories,
  /// no slope: from the most promising candidates, climb by random steps that become smaller.
  std::optional<Setting> most_promising(const Model& model, const std::vector<Trial>& trials,
                                        RandomStream& random) const {
    constexpr int kSteps = 40;
    std::vector<Candidate> starts = candidates(model, trials, random);
    if (starts.empty()) return draw_untried(space_, trials, random);
    starts.resize(std::min(kBest, starts.size()));
    Candidate best = starts.front();
    for (Candidate& at : starts) {
      for (int i = 0; i < kSteps; ++i) {
        Candidate next = weigh(model, near(at.positions, kReach * std::pow(0.9, i), random));
        if (next.promise > at.promise && !is_tried(trials, next.setting)) at = std::move(next);
      }
      if (at.promise > best.promise) best = at;
    }
    return best.setting;
  }

  static constexpr std::size_t kBest = 5;  // trials to look around, candidates to climb from
  static constexpr double kReach = 0.1;    // deviation of a step, of a whole range

  SearchSpace space_;
  Kernel kernel_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<SearchMethod> bayesian_search(const SearchSpace& space, Kernel kernel,
                                              std::uint64_t seed) {
  return std::make_unique<BayesianSearch>(space, kernel, seed);
}

}  // namespace weft
