#include "train/search/hyperparameter_search.h"

#include <array>
#include <cmath>

#include "base/error.h"

namespace weft {
namespace {

std::unique_ptr<SearchMethod> method_of(const SearchOptions& options, const SearchSpace& space) {
  switch (options.method) {
    case SearchMethodKind::grid:
      return grid_search(space, options.grid_points, options.trials);
    case SearchMethodKind::random:
      return random_search(space, options.seed);
    case SearchMethodKind::bayes:
      break;
  }
  return bayesian_search(space, options.kernel, options.seed);
}

}  // namespace

void SearchOptions::visit(OptionVisitor& v) {
  v.choice("method", method, {"grid", "random", "bayes"}, "how the next setting is chosen");
  v.integer("trials", trials, 0, 1000000, "trainings in all; 0: no limit");
  v.number("minutes", minutes, 0, 1e9, "minutes after which to stop; 0: no limit");
  v.only_for("method", {"grid"}, [&] {
    v.integer("grid-points", grid_points, 0, 1000000,
              "values of each number; 0: as many as --trials allows");
  });
  v.only_for("method", {"bayes"}, [&] {
    v.choice("kernel", kernel, {"matern", "squared-exponential"},
             "how alike the results of near settings are");
  });
  v.flag("halving", halving, "stop hopeless trials early");
  v.integer("halving-first", halving_first, 1, 1000000,
            "validations after which a trial is compared with the others first");
  v.integer("halving-reduction", halving_reduction, 2, 1000,
            "of so many trials one goes on, and is compared again after so many times as many "
            "validations");
}

const char* name(SearchStop stop) {
  static constexpr std::array names = {"", "trials", "minutes", "exhausted", "interrupted"};
  return names[static_cast<std::size_t>(stop)];
}

HyperparameterSearch::HyperparameterSearch(const SearchOptions& options, SearchSpace space)
    : options_(options),
      space_(std::move(space)),
      method_(method_of(options, space_)),
      halving_(options.halving_first, options.halving ? options.halving_reduction : 0) {
  if (options.trials == 0 && options.minutes == 0 && options.method != SearchMethodKind::grid)
    throw UserError("a search needs a budget; give --trials or --minutes");
}

void HyperparameterSearch::resume(std::vector<Trial> trials) { trials_ = std::move(trials); }

double HyperparameterSearch::seconds() const {
  double sum = 0;
  for (const Trial& trial : trials_) sum += trial.seconds;
  return sum;
}

SearchStop HyperparameterSearch::run(const Train& train, const Told& told,
                                     const std::atomic<bool>& interrupt) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const double limit = 60 * options_.minutes;
  for (;;) {
    const std::size_t most = static_cast<std::size_t>(options_.trials);
    if (interrupt) return SearchStop::interrupted;
    if (most > 0 && trials_.size() >= most) return SearchStop::trials;
    const double left = limit - seconds();
    if (limit > 0 && left <= 0) return SearchStop::minutes;
    const Clock::time_point start = Clock::now();
    std::optional<Setting> setting = method_->propose(trials_);
    if (!setting) return SearchStop::exhausted;

    Trial trial;
    trial.setting = std::move(*setting);
    trial.status = TrialStatus::done;
    auto watch = std::make_unique<TrialObserver>(trial, trials_, halving_,
                                                 limit > 0 ? left - since(start) : -1);
    if (!train(trial, std::move(watch))) return SearchStop::interrupted;
    trial.seconds = since(start);
    if (trial.status != TrialStatus::failed && !std::isfinite(trial.loss())) {
      trial.status = TrialStatus::failed;
      trial.error = "no validation had a result";
    }
    trials_.push_back(std::move(trial));
    told();
  }
}

TrialObserver::TrialObserver(Trial& trial, const std::vector<Trial>& earlier,
                             const Halving& halving, double seconds)
    : trial_(trial), earlier_(earlier), halving_(halving), seconds_(seconds) {}

void TrialObserver::updated(Trainer& trainer) {
  if (seconds_ < 0 || trainer.state().seconds < seconds_) return;
  trial_.status = TrialStatus::unfinished;
  trainer.stop(StopReason::time);
}

void TrialObserver::validated(Trainer& trainer, const Evaluation& evaluation, bool) {
  trial_.course.push_back(evaluation.value);
  trial_.best = trainer.has_best() ? trainer.best() : evaluation;
  const bool over =
      trainer.state().stop != StopReason::none || trainer.state().epoch >= trainer.options().epochs;
  if (over || !halving_.hopeless(trial_, earlier_)) return;
  trial_.status = TrialStatus::halved;
  trainer.stop(StopReason::halving);
}

void TrialObserver::ended(Trainer& trainer) {
  trial_.epochs = trainer.state().epoch;
  trial_.updates = static_cast<std::int64_t>(trainer.state().update);
}

}  // namespace weft
