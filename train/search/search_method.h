// Ways to choose the next trial of a hyper-parameter search.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "train/search/gaussian_process.h"
#include "train/search/search_space.h"
#include "train/search/trial.h"

namespace weft {

enum class SearchMethodKind { grid, random, bayes };

/// Chooses settings, each by what is known and a stream of its own, `trial/<number>`: so a search
/// that was interrupted goes on as if it had not been.
class SearchMethod {
 public:
  virtual ~SearchMethod() = default;
  /// The setting of the trial after `trials`, none of which it repeats; nothing if none is left.
  virtual std::optional<Setting> propose(const std::vector<Trial>& trials) const = 0;
};

/// Every combination of a few values of each option, in order; the values are evenly spread from
/// one end of the range to the other. `points`: values of each number; 0: as many as keep the grid
/// within `trials`. Throws UserError if both are 0 or the categories alone are more than `trials`.
std::unique_ptr<SearchMethod> grid_search(const SearchSpace& space, std::int64_t points,
                                          std::int64_t trials);
/// Each value drawn by itself (Bergstra & Bengio 2012).
std::unique_ptr<SearchMethod> random_search(const SearchSpace& space, std::uint64_t seed);
/// A Latin hypercube first, then where a Gaussian process over the trials expects the largest
/// improvement (Snoek, Larochelle & Adams 2012).
std::unique_ptr<SearchMethod> bayesian_search(const SearchSpace& space, Kernel kernel,
                                              std::uint64_t seed);

/// Whether one of the trials has this setting.
bool is_tried(const std::vector<Trial>& trials, const Setting& setting);
/// A setting drawn at random that no trial has; nothing if there is none (or hardly any) left.
std::optional<Setting> draw_untried(const SearchSpace& space, const std::vector<Trial>& trials,
                                    RandomStream& random);

}  // namespace weft
