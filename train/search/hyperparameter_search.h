// The search for hyper-parameters: one trial after the other until the budget is used up.
//
//   HyperparameterSearch search(options, SearchSpace::parse({"hidden=int:32..256"}));
//   search.resume(…);                              // trials that an earlier search made
//   search.run(train, told, interrupt);
//   search.trials()[best_trial(search.trials())]
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/options.h"
#include "train/search/halving.h"
#include "train/search/search_method.h"
#include "train/trainer.h"

namespace weft {

struct SearchOptions {
  SearchMethodKind method = SearchMethodKind::bayes;
  std::int64_t trials = 20;      // in all, those of a resumed search counted; 0: no limit
  double minutes = 0;            // likewise
  std::int64_t grid_points = 0;  // see grid_search()
  Kernel kernel = Kernel::matern;
  bool halving = true;
  std::int64_t halving_first = 2, halving_reduction = 3;
  std::uint64_t seed = 1;
  /// All but the seed, which belongs to the whole command.
  void visit(OptionVisitor& v);
};

enum class SearchStop { none, trials, minutes, exhausted, interrupted };
/// "trials", "minutes", "exhausted" (every setting was tried), "interrupted"; "" for none.
const char* name(SearchStop stop);

class HyperparameterSearch {
 public:
  /// Trains with the setting of the trial; `watch` goes to the trainer and notes in the trial what
  /// comes of it. What fails is noted by the function. False if the training was interrupted.
  using Train = std::function<bool(Trial& trial, std::unique_ptr<TrainObserver> watch)>;
  /// Hears of each finished trial, the last of trials().
  using Told = std::function<void()>;

  /// Throws UserError if the options contradict each other or the space.
  HyperparameterSearch(const SearchOptions& options, SearchSpace space);

  /// Goes on behind these trials.
  void resume(std::vector<Trial> trials);
  /// A trial that was interrupted is forgotten, so that a resumed search comes to the same end.
  SearchStop run(const Train& train, const Told& told, const std::atomic<bool>& interrupt);

  const SearchSpace& space() const { return space_; }
  const std::vector<Trial>& trials() const { return trials_; }
  /// Of all trials so far.
  double seconds() const;

 private:
  SearchOptions options_;
  SearchSpace space_;
  std::unique_ptr<SearchMethod> method_;
  Halving halving_;
  std::vector<Trial> trials_;
};

/// Notes the course of a trial (its validations, the best one, epochs, updates), and stops it when
/// it is hopeless beside `earlier` or `seconds` of wall time are over (negative: never). Both must
/// outlive it.
class TrialObserver : public TrainObserver {
 public:
  TrialObserver(Trial& trial, const std::vector<Trial>& earlier, const Halving& halving,
                double seconds);
  void updated(Trainer& trainer) override;
  void validated(Trainer& trainer, const Evaluation& evaluation, bool best) override;
  void ended(Trainer& trainer) override;

 private:
  Trial& trial_;
  const std::vector<Trial>& earlier_;
  const Halving& halving_;
  double seconds_;
};

}  // namespace weft
