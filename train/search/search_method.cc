// Grid and random search; bayesian_search.cc has the third.
#include "train/search/search_method.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace weft {
namespace {

class GridSearch : public SearchMethod {
 public:
  GridSearch(const SearchSpace& space, std::vector<std::size_t> points)
      : space_(space), points_(std::move(points)) {}

  std::optional<Setting> propose(const std::vector<Trial>& trials) const override {
    std::size_t size = 1;
    for (const std::size_t points : points_) size *= points;
    for (std::size_t i = 0; i < size; ++i) {
      Setting setting = at(i);
      if (!is_tried(trials, setting)) return setting;
    }
    return std::nullopt;
  }

 private:
  /// The last dimension's value changes with each index.
  Setting at(std::size_t index) const {
    std::vector<double> positions(points_.size());
    for (std::size_t d = points_.size(); d-- > 0; index /= points_[d])
      positions[d] = position(d, index % points_[d]);
    return space_.at(positions);
  }

  /// From one end to the other; in the middle if there is one value only.
  double position(std::size_t dimension, std::size_t point) const {
    const double place = static_cast<double>(point);
    const double points = static_cast<double>(points_[dimension]);
    if (space_.dimensions()[dimension].kind == SearchDimension::Kind::category)
      return (place + 0.5) / points;
    return points > 1 ? place / (points - 1) : 0.5;
  }

  SearchSpace space_;
  std::vector<std::size_t> points_;  // values of each dimension
};

class RandomSearch : public SearchMethod {
 public:
  RandomSearch(const SearchSpace& space, std::uint64_t seed) : space_(space), seed_(seed) {}

  std::optional<Setting> propose(const std::vector<Trial>& trials) const override {
    RandomStream random(seed_, "trial/" + std::to_string(trials.size()));
    return draw_untried(space_, trials, random);
  }

 private:
  SearchSpace space_;
  std::uint64_t seed_;
};

/// One value more for one number after the other, as long as the grid stays within the trials.
void refine(const SearchSpace& space, std::vector<std::size_t>& points, std::size_t trials) {
  const auto size = [&] {
    std::size_t product = 1;
    for (const std::size_t each : points) product *= each;
    return product;
  };
  for (bool grown = true; grown;) {
    grown = false;
    for (std::size_t d = 0; d < points.size(); ++d) {
      const SearchDimension& dimension = space.dimensions()[d];
      if (static_cast<double>(points[d]) >= dimension.count()) continue;
      if (size() / points[d] * (points[d] + 1) > trials) continue;
      ++points[d];
      grown = true;
    }
  }
}

}  // namespace

std::unique_ptr<SearchMethod> grid_search(const SearchSpace& space, std::int64_t points,
                                          std::int64_t trials) {
  std::vector<std::size_t> counts;
  double combinations = 1;
  for (const SearchDimension& dimension : space.dimensions()) {
    const bool category = dimension.kind == SearchDimension::Kind::category;
    const double most = dimension.count();
    const double wanted = category ? most : std::min(most, std::max(1.0, double(points)));
    counts.push_back(static_cast<std::size_t>(wanted));
    combinations *= wanted;
  }
  if (points == 0 && trials == 0)
    throw UserError("a grid needs a size; say --grid-points or --trials");
  if (combinations > (points > 0 ? 1e6 : static_cast<double>(trials)))
    throw UserError(points > 0
                        ? "the grid has more than a million points; lower --grid-points"
                        : "the words alone have more combinations than --trials allows; raise it");
  if (points == 0) refine(space, counts, static_cast<std::size_t>(trials));
  return std::make_unique<GridSearch>(space, std::move(counts));
}

std::unique_ptr<SearchMethod> random_search(const SearchSpace& space, std::uint64_t seed) {
  return std::make_unique<RandomSearch>(space, seed);
}

bool is_tried(const std::vector<Trial>& trials, const Setting& setting) {
  return std::any_of(trials.begin(), trials.end(),
                     [&](const Trial& trial) { return trial.setting == setting; });
}

std::optional<Setting> draw_untried(const SearchSpace& space, const std::vector<Trial>& trials,
                                    RandomStream& random) {
  constexpr int kDraws = 1000;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<double> positions;
    for (const SearchDimension& dimension : space.dimensions())
      positions.push_back(dimension.spread(random.uniform()));
    Setting setting = space.at(positions);
    if (!is_tried(trials, setting)) return setting;
  }
  return std::nullopt;
}

}  // namespace weft
