// The search of `weft tune`: how a trial is run, written down and told.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tools/commands.h"
#include "tools/trial_run.h"
#include "train/search/hyperparameter_search.h"
#include "train/search/search_log.h"

namespace weft {

struct TuneOptions {
  std::string search, model, log, report, resume;
  std::int64_t seed = 1;
  bool json = false;
  void visit(OptionVisitor& v);
};

class Tuning {
 public:
  /// `rest`: what else the trainings are given; `own_names`: the options that are the search's own,
  /// which a --config file may hold. Throws UserError if the search is none.
  Tuning(const TrainingCommand& task, TuneOptions options, const SearchOptions& search,
         Arguments rest, std::set<std::string> own_names);

  /// Lets the task read both ends of each range, something between, and each word, so that a
  /// mistake comes to light before the first trial. Notes what the trainings have in common.
  void check();
  /// Takes up the trials of --resume. After check().
  void resume();
  /// Runs the trials and prints what came of them.
  void run();

 private:
  TrialRun new_trial() const;
  Arguments arguments_for(const Setting& setting) const;
  bool train(Trial& trial, std::unique_ptr<TrainObserver> watch);
  void tell(SearchLog& log);
  void conclude(SearchStop stop) const;
  nlohmann::json heading() const;

  const TrainingCommand& task_;
  TuneOptions options_;
  std::vector<std::string> texts_;
  HyperparameterSearch search_;
  Arguments rest_;
  std::set<std::string> own_names_;
  nlohmann::json origin_;
};

}  // namespace weft
