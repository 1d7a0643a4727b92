#include "tools/training_run.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "tools/interrupt.h"
#include "tools/measures.h"
#include "tools/recipes.h"
#include "tools/trial_run.h"
#include "train/estimate.h"
#include "train/log_observer.h"
#include "train/progress_observer.h"
#include "train/report_observer.h"

namespace weft {
namespace {

using Json = nlohmann::json;

/// Options that say how to run and where results go. They are no part of a model, whose bytes
/// depend on what it learned alone.
constexpr std::array kNotRecorded = {
    "model",        "resume",  "checkpoint", "report",           "log", "json",
    "report-every", "threads", "cache",      "checkpoint-every", "from"};

/// Options that may be different when a training goes on, besides those that are not recorded. The
/// data may have moved, but not changed (its checksum is compared).
constexpr std::array kMayChange = {"train",          "valid",        "epochs",
                                   "max-updates",    "time-limit",   "clip",
                                   "validate-every", "patience",     "learning-rate",
                                   "schedule",       "decay-factor", "decay-epochs",
                                   "decay-after",    "minimum-rate", "plateau-patience",
                                   "warmup-updates", "l1",           "l2"};

template <std::size_t N>
bool contains(const std::array<const char*, N>& names, const std::string& name) {
  for (const char* each : names) {
    if (name == each) return true;
  }
  return false;
}

double targets_per_second(const TrainState& state) {
  return state.train_seconds > 0 ? static_cast<double>(state.targets) / state.train_seconds : 0;
}

/// A bias is a row in one output layer and a column in another.
bool have_same_size(const Parameter& a, const Parameter& b) {
  if (a.rows == b.rows && a.columns == b.columns) return true;
  return a.rows == b.columns && a.columns == b.rows && std::min(a.rows, a.columns) == 1;
}

/// Of the training's time, what checkpoints may take that nobody asked for.
constexpr double kShareOfUnasked = 0.05;

}  // namespace

std::shared_ptr<const Tokenizer> learn_tokenizer(const TokenizerOptions& options,
                                                 const std::string& path,
                                                 const Tokenizer::TextSource& corpus,
                                                 const LogSink& log) {
  try {
    return Tokenizer::train(options, corpus, log);
  } catch (const FormatError&) {
    throw;
  } catch (const UserError& error) {
    throw FormatError(path, error.what());
  }
}

void RunOptions::visit(OptionVisitor& v) {
  const std::string recipes = "options of a paper, unless they are given: " + recipe_names();
  v.text("recipe", recipe, recipes.c_str());
  if (!begins_from.empty())
    v.file("from", from, "model to begin with: its tokenizer, its sizes and its weights");
  v.file("resume", resume,
         "checkpoint to go on from, with its options: MODEL.checkpoint if none was named");
  checkpoint.visit(v);
  v.number("report-every", report_every, 0.1, 1e6, "seconds between lines of progress");
  v.file("report", report, "write a page with the learning curves (.html)");
  v.file("log", log, "write the course of the training (.jsonl)");
  v.integer("log-every", log_every, 1, 1000000000, "updates between lines of the log");
  v.flag("json", json, "write one JSON object at the end");
}

void TrainingRun::Seed::visit(OptionVisitor& v) {
  v.integer("seed", seed, 0, INT64_MAX, "of all that is drawn at random");
}

void TrainingRun::add_groups(OptionParser& parser) {
  parser.group("Training", trainer);
  parser.group("Chance", seed_);
  parser.group("Running", run);
  parser.group("Computing", threads_);
}

bool TrainingRun::parse(OptionParser& parser, const Arguments& arguments,
                        const std::function<void()>& before) {
  if (trial_) parser.leave_to_others(trial_->options_of_search);
  if (!parser.read(arguments)) return false;
  before();
  run.resume = parser.given_value("resume");
  run.from = parser.given_value("from");
  if (!run.resume.empty() && !run.from.empty())
    throw UserError("--resume goes on with what was begun; leave out --from");
  if (run.resume.empty()) {
    if (!run.from.empty()) {
      begun_ = load_model(run.from);
      if (begun_->model->kind() != run.begins_from)
        throw_wrong_kind(run.from, begun_->model->kind(), run.begins_from);
      parser.fill(begun_->model->architecture(), run.from);
    }
    parser.assign();
  } else {
    resume(parser);
  }
  trainer.seed = static_cast<std::uint64_t>(seed_.seed);
  require_option(files.train, "train", "name the file to learn from");
  require_option(files.model, "model", "name the file to write the model to");
  if (parser.given("valid")) require_option(files.valid, "valid", "name a file or leave it out");
  checkpoint_path_ =
      run.checkpoint.path.empty() ? files.model + ".checkpoint" : run.checkpoint.path;
  check_outputs(parser.given_value("config"), parser.given_value("names"));
  data_ = data_record();
  if (trial_ && !begin_trial(parser)) return false;
  if (resumed_) check_data();
  threads_.apply();
  return true;
}

void TrainingRun::resume(OptionParser& parser) {
  resumed_ = load_checkpoint(run.resume);
  const Json& training = resumed_->record.training;
  if (training.value("command", "") != command_) throw_wrong_checkpoint();
  parser.fill(training.at("options"), run.resume);
  const Json before = parser.values();
  parser.assign();
  const Json after = parser.values();
  for (const auto& [name, value] : after.items()) {
    if (value != before.at(name) && !contains(kNotRecorded, name) && !contains(kMayChange, name)) {
      throw UserError("option --" + name + " cannot change when a training goes on: it was " +
                      before.at(name).dump() + "; leave it out or train anew");
    }
  }
}

void TrainingRun::take_weights(Model& model) const {
  const ParameterStore& from = begun_->model->parameters();
  if (std::any_of(from.begin(), from.end(), [](const Parameter& p) { return bool(p.quantized); }))
    throw FormatError(run.from,
                      "its weights are of eight bits; name the model that it was made from");
  for (Parameter& parameter : model.parameters()) {
    const auto same = std::find_if(from.begin(), from.end(), [&](const Parameter& other) {
      return other.name == parameter.name && have_same_size(other, parameter);
    });
    if (same == from.end())
      throw FormatError(run.from, "it has no weights '" + parameter.name +
                                      "' of the size that is wanted; leave out the options that "
                                      "change the model");
    parameter.value = same->value;
    parameter.value.reshape(parameter.rows, parameter.columns);
  }
}

void TrainingRun::throw_wrong_checkpoint() const {
  throw FormatError(run.resume, "this is no checkpoint of weft " + command_ +
                                    "; name the file that the interrupted training wrote");
}

void TrainingRun::check_outputs(const std::string& config, const std::string& names) const {
  NamedPaths outputs = {{"model", files.model},
                        {"log", run.log},
                        {"report", run.report},
                        {"checkpoint", checkpoint_path_}};
  if (trial_) outputs = trial_->outputs;
  weft::check_outputs(outputs, {{"train", files.train},
                                {"train", files.train_target},
                                {"valid", files.valid},
                                {"valid", files.valid_target},
                                {"config", config},
                                {"names", names},
                                {"resume", run.resume},
                                {"from", run.from}});
}

nlohmann::json TrainingRun::data_record() const {
  Json data = Json::object();
  data["train"] = file_record(files.train_files());
  if (!files.valid.empty()) data["valid"] = file_record(files.valid_files());
  return data;
}

void TrainingRun::check_data() const {
  const Json& earlier = resumed_->record.training.at("data");
  for (const char* part : {"train", "valid"}) {
    const bool here = data_.contains(part), there = earlier.contains(part);
    if (here != there || (here && data_[part]["checksum"] != earlier[part].at("checksum"))) {
      throw UserError(std::string("the --") + part + " file is not the one that " + run.resume +
                      " was trained with; give that one or train anew");
    }
  }
}

void TrainingRun::add_observers(Trainer& trained, ProgressDisplay& display,
                                const OptionParser& parser) {
  const auto log = [&display](const std::string& line) { display.say(line); };
  trained.add(std::make_unique<ProgressObserver>(
      display.interval(run.report_every),
      [&display](const Progress& progress) { display.show(progress); }, log));
  if (!run.log.empty()) {
    auto observer = std::make_unique<LogObserver>(run.log, run.log_every, log);
    log_ = observer.get();
    trained.add(std::move(observer));
  }
  if (!run.report.empty()) {
    const std::string title = files.model + ": weft " + command_;
    auto observer = std::make_unique<ReportObserver>(run.report, title, log);
    report_ = observer.get();
    trained.add(std::move(observer));
  }
  CheckpointOptions checkpoint = run.checkpoint;
  checkpoint.path = checkpoint_path_;
  if (run.checkpoint.path.empty()) checkpoint.time_share = kShareOfUnasked;
  trained.add(std::make_unique<CheckpointObserver>(checkpoint, description(parser), log));
}

Json TrainingRun::recorded(Json options) {
  for (const char* name : kNotRecorded) options.erase(name);
  return options;
}

/// What a training record holds beyond the trainer's part.
Json TrainingRun::description(const OptionParser& parser) const {
  return {
      {"command", command_}, {"weft", WEFT_VERSION}, {"data", data_}, {"options", parser.values()}};
}

/// Training does not stop for a log or a report, but who asked for them shall hear of it.
void TrainingRun::check_observers() const {
  for (const std::string& failure :
       {log_ ? log_->failure() : "", report_ ? report_->failure() : ""})
    if (!failure.empty()) throw UserError(files.model + " is saved, but: " + failure);
}

/// `training`: what a trainer notes of its work.
void TrainingRun::save(const Model& model, Json training,
                       const std::vector<std::string>& self_test_inputs, const OptionParser& parser,
                       const Json& valid) const {
  ModelRecord kept;
  kept.training = std::move(training);
  if (!valid.is_null()) kept.training["valid"] = valid;
  kept.training.update(description(parser));
  // The same training gives the same bytes, however long it took and wherever its results went.
  kept.training.erase("seconds");
  kept.training.erase("train_seconds");
  kept.training["options"] = recorded(kept.training["options"]);
  kept.self_test_inputs = self_test_inputs;
  save_model(files.model, model, kept);
}

/// What `weft train --json` ends with.
Json TrainingRun::summary(const Model& model, const TrainState& state, const Json& valid) const {
  return {{"model", files.model},
          {"parameters", model.parameters().count()},
          {"epochs", state.epoch},
          {"updates", state.update},
          {"seconds", state.seconds},
          {"tokens", state.targets},
          {"tokens_per_second", targets_per_second(state)},
          {"train_loss", state.epoch_loss},
          {"valid", valid},
          {"stopped", name(state.stop)}};
}

/// What came of it, and how to go on.
void TrainingRun::conclude(const Trainer& trained, TrainingTask& task, const Json& valid,
                           std::uint64_t begun_at) const {
  const TrainState& state = trained.state();
  const bool interrupted = state.stop == StopReason::interrupted;
  if (interrupted) {
    say("interrupted; go on with: weft " + command_ + " --resume " + checkpoint_path_);
  } else if (resumed_ && state.update == begun_at) {
    warn("nothing was left to do: it had been stopped by " + std::string(name(state.stop)) +
         " after " + with_commas(state.update) + " updates; give a higher limit to go on");
  } else if (run.checkpoint.path.empty()) {  // nobody asked to keep it
    std::remove(checkpoint_path_.c_str());
  }
  if (!files.valid.empty() && !trained.has_best() && !interrupted)
    warn("no validation gave a number, the training diverged; a lower --learning-rate may help");
  if (run.json) return print_json(summary(task.model(), state, valid));
  std::cout << files.model << ": trained for " << with_commas(state.update) << " updates in "
            << readable_duration(state.seconds) << ", "
            << with_commas(static_cast<std::uint64_t>(targets_per_second(state)))
            << " targets a second, stopped by " << name(state.stop) << "\n";
  if (!valid.is_null()) std::cout << "validation: " << measures_in_a_line(valid) << "\n";
}

void TrainingRun::train(TrainingTask& task, const TrainingCost& cost, const OptionParser& parser) {
  if (trial_) return train_trial(task, parser);
  parser.warn_of_idle();  // not earlier: what a model refuses needs no warning
  Trainer trained(trainer, task);
  ProgressDisplay display;
  add_observers(trained, display, parser);
  if (resumed_) restore_checkpoint(*resumed_, run.resume, trained);
  const std::uint64_t begun_at = trained.state().update;
  const ParameterStore& store = task.model().parameters();
  const int copies =
      (files.valid.empty() ? 0 : 1) + (trainer.average_decay > 0 || trainer.nt_asgd > 0 ? 1 : 0);
  const MemoryEstimate memory =
      estimate_memory(store, trainer.optimizer.kind, cost.positions, copies, cost.extra_rows);
  display.say(training_summary(store, memory, task.epoch_targets(), cost.targets));
  trained.run(catch_interrupts());
  display.end();
  const bool interrupted = trained.state().stop == StopReason::interrupted;
  Json valid = trained.has_best() && !interrupted ? task.final_measures() : Json(nullptr);
  if (valid.is_null() && trained.has_best()) valid = trained.best().measures;
  try {
    save(task.model(), training_record(trained), task.self_test_inputs(), parser, valid);
  } catch (const UserError& error) {
    const std::string& kept = trained.last_checkpoint().path;
    if (kept.empty()) throw;
    throw UserError(std::string(error.what()) + "; then go on with: weft " + command_ +
                    " --resume " + kept);
  }
  conclude(trained, task, valid, begun_at);
  check_observers();
}

void TrainingRun::keep_fitted(const Model& model, const std::vector<std::string>& self_test_inputs,
                              std::uint64_t count, const char* what, double seconds,
                              const Json& valid, const OptionParser& parser) const {
  if (!trial_) parser.warn_of_idle();
  save(model, {{"epochs", 1}, {"updates", 0}, {"targets", count}}, self_test_inputs, parser, valid);
  if (run.json) {
    TrainState state;
    state.epoch = 1;
    state.targets = count;
    state.train_seconds = state.seconds = seconds;
    state.epoch_loss = std::numeric_limits<double>::quiet_NaN();  // null: there was none
    state.stop = StopReason::epochs;
    return print_json(summary(model, state, valid));
  }
  std::cout << files.model << ": fitted to " << with_commas(count) << " " << what << " in "
            << readable_duration(seconds) << "\n";
  if (!valid.is_null()) std::cout << "validation: " << measures_in_a_line(valid) << "\n";
}

}  // namespace weft
