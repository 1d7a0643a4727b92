#include "tools/tuning.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <new>
#include <set>
#include <sstream>

#include "base/error.h"
#include "tools/interrupt.h"
#include "tools/measures.h"
#include "tools/output.h"
#include "train/search/search_report.h"

namespace weft {
namespace {

using Json = nlohmann::json;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// "--hidden 64 --tie": a flag's value is in its name.
Arguments arguments_of(const SearchSpace& space, const Setting& setting) {
  Arguments arguments;
  for (std::size_t d = 0; d < setting.size(); ++d) {
    const std::string& name = space.dimensions()[d].option;
    if (setting[d] == "true" || setting[d] == "false") {
      arguments.push_back((setting[d] == "true" ? "--" : "--no-") + name);
    } else {
      arguments.push_back("--" + name + "=" + setting[d]);
    }
  }
  return arguments;
}

std::string joined(const Arguments& arguments) {
  std::string text;
  for (const std::string& each : arguments) text += (text.empty() ? "" : " ") + each;
  return text;
}

/// A perplexity is of the tokens that there are, an autoencoder's error of its inputs.
bool changes_the_measure(const std::string& task, const std::string& option) {
  static const std::set<std::string> of_text = {"tokenizer",     "subword-model", "vocab-size",
                                                "min-count",     "unicode-form",  "fold-case",
                                                "strip-accents", "scrub",         "bag"};
  if (task == "autoencoder") return option == "loss" || of_text.count(option) > 0;
  return task == "lm" && of_text.count(option) > 0;
}

}  // namespace

void TuneOptions::visit(OptionVisitor& v) {
  v.text("search", search,
         "an option and its values, as hidden=int:32..256, learning-rate=log:1e-4..1e-1, "
         "dropout=0..0.6, hidden=log-int:8..512, cell=gru,lstm, cutoffs=20,50|40 or "
         "tie=true,false; to be given once for each option");
  v.file("model", model, "file to write the best model to");
  v.file("log", log, "write a line for each trial (.jsonl)");
  v.file("resume", resume, "the --log file of a search to go on with");
  v.file("report", report, "write a page about the search (.html)");
  v.integer("seed", seed, 0, INT64_MAX, "of all that is drawn at random");
  v.flag("json", json, "write one JSON object at the end");
}

Tuning::Tuning(const TrainingCommand& task, TuneOptions options, const SearchOptions& search,
               Arguments rest, std::set<std::string> own_names)
    : task_(task),
      options_(std::move(options)),
      texts_(lines_of(options_.search)),
      search_(search, SearchSpace::parse(texts_)),
      rest_(std::move(rest)),
      own_names_(std::move(own_names)) {
  if (options_.log.empty()) options_.log = options_.resume;
}

/// The first line of the log: what two searches must have in common to be one.
Json Tuning::heading() const {
  return {{"type", "search"}, {"search", texts_}, {"training", origin_}};
}

TrialRun Tuning::new_trial() const {
  TrialRun trial;
  trial.options_of_search = own_names_;
  trial.outputs = {{"model", options_.model}, {"log", options_.log}, {"report", options_.report}};
  return trial;
}

Arguments Tuning::arguments_for(const Setting& setting) const {
  Arguments arguments = rest_;
  for (const auto& [name, value] :
       {std::pair{"model", options_.model}, {"seed", std::to_string(options_.seed)}}) {
    arguments.push_back(std::string("--") + name + "=" + value);
  }
  const Arguments chosen = arguments_of(search_.space(), setting);
  arguments.insert(arguments.end(), chosen.begin(), chosen.end());
  return arguments;
}

void Tuning::check() {
  refuse_overwriting({{"model", options_.model}, {"report", options_.report}},
                     {{"resume", options_.resume}});
  const SearchSpace& space = search_.space();
  std::size_t words = 1;
  for (const SearchDimension& dimension : space.dimensions()) {
    if (own_names_.count(dimension.option) || dimension.option == "valid")
      throw UserError("--" + dimension.option +
                      " is the same for all trials; take it out of --search");
    if (changes_the_measure(task_.name, dimension.option))
      throw UserError("--" + dimension.option +
                      " changes what is measured, so that trials would not compare; take it out of "
                      "--search");
    words = std::max(words, dimension.categories.size());
  }
  constexpr double kPlaces[] = {0, 1, 0.381966};
  for (std::size_t i = 0; i < std::max(words, std::size(kPlaces)); ++i) {
    Setting setting;
    for (const SearchDimension& dimension : space.dimensions()) {
      const std::size_t count = dimension.categories.size();
      setting.push_back(count > 0 ? dimension.categories[i % count]
                                  : dimension.value(kPlaces[i % std::size(kPlaces)]));
    }
    TrialRun trial = new_trial();
    trial.check_only = true;
    task_.train(arguments_for(setting), &trial);
    for (const SearchDimension& dimension : space.dimensions())
      trial.origin["options"].erase(dimension.option);
    if (i == 0) origin_ = trial.origin;
  }
}

void Tuning::resume() {
  if (options_.resume.empty()) return;
  std::vector<Trial> trials = read_search_log(options_.resume, heading(), search_.space());
  if (best_trial(trials) < trials.size() && !std::filesystem::exists(options_.model))
    throw UserError("'" + options_.model + "', the best model of " + options_.resume +
                    ", is missing; name it with --model or search anew");
  search_.resume(std::move(trials));
}

bool Tuning::train(Trial& trial, std::unique_ptr<TrainObserver> watch) {
  TrialRun run = new_trial();
  run.watch = std::move(watch);
  run.keep = [&] {
    const std::size_t best = best_trial(search_.trials());
    return best == search_.trials().size() || better(trial, search_.trials()[best]);
  };
  const auto failed = [&](const char* why) {
    // What fails once the training is over (a full disk) is no fault of the setting.
    if (run.stop != StopReason::none) throw;
    trial.status = TrialStatus::failed;
    trial.error = why;
  };
  try {
    task_.train(arguments_for(trial.setting), &run);
  } catch (const FormatError&) {
    throw;  // of the data, which all trials have in common
  } catch (const UserError& error) {
    failed(error.what());
  } catch (const DivergenceError& error) {
    failed(error.what());
  } catch (const std::bad_alloc&) {
    failed("there was not enough memory");
  }
  return run.stop != StopReason::interrupted;
}

/// "trial 3: accuracy 0.912 (best so far) after 5 epochs, 12 s: --hidden=64"
void Tuning::tell(SearchLog& log) {
  const std::vector<Trial>& trials = search_.trials();
  log.add(trials);
  if (!options_.report.empty()) {
    const std::string title = options_.model + ": weft tune " + task_.name;
    write_report(options_.report, search_report(title, search_.space(), trials));
  }
  const Trial& last = trials.back();
  std::string line = "trial " + std::to_string(trials.size()) + ": ";
  if (last.status == TrialStatus::failed) {
    line += "failed (" + one_line(last.error) + ")";
  } else {
    line += last.best.criterion + " " + short_number(last.best.value);
    if (best_trial(trials) + 1 == trials.size()) line += " (best so far)";
    line += (last.status == TrialStatus::done ? " after " : ", stopped after ") +
            std::to_string(last.epochs) + " epochs";
  }
  say(line + ", " + readable_duration(last.seconds) + ": " +
      joined(arguments_of(search_.space(), last.setting)));
}

void Tuning::run() {
  SearchLog log(options_.log, heading(), search_.trials(), search_.space());
  conclude(search_.run(
      [this](Trial& trial, std::unique_ptr<TrainObserver> watch) {
        return train(trial, std::move(watch));
      },
      [&] { tell(log); }, catch_interrupts()));
}

void Tuning::conclude(SearchStop stop) const {
  const std::vector<Trial>& trials = search_.trials();
  const std::size_t best = best_trial(trials);
  if (stop == SearchStop::interrupted && !options_.log.empty())
    say("interrupted; go on with the same command and --resume " + options_.log);
  if (best == trials.size()) {
    throw UserError(trials.empty() ? "the search ended before its first trial; nothing is saved"
                                   : "every trial failed: " + trials.front().error);
  }
  const Trial& winner = trials[best];
  const Arguments chosen = arguments_of(search_.space(), winner.setting);
  if (!options_.json) {
    std::cout << options_.model << ": the best of " << trials.size() << " trials in "
              << readable_duration(search_.seconds()) << ", number " << best + 1 << ": "
              << joined(chosen) << "\n"
              << "validation: " << measures_in_a_line(winner.best.measures) << "\n";
    return;
  }
  std::size_t counts[4] = {};
  for (const Trial& trial : trials) ++counts[static_cast<std::size_t>(trial.status)];
  Json object = {{"model", options_.model},
                 {"trials", trials.size()},
                 {"seconds", search_.seconds()},
                 {"stopped", name(stop)},
                 {"best", trial_to_json(winner, best, search_.space())}};
  for (const TrialStatus status :
       {TrialStatus::done, TrialStatus::halved, TrialStatus::unfinished, TrialStatus::failed})
    object[name(status)] = counts[static_cast<std::size_t>(status)];
  print_json(object);
}

}  // namespace weft
