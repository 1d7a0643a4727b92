// What the tasks of `weft train` share: files, stopping and going on, what is shown and kept.
//
//   TrainingRun run("train lm", trial);
//   OptionParser parser(…);
//   … the task's own groups, then run.add_groups(parser);
//   if (!run.parse(parser, arguments)) return;
//   … data, a model (run.resumed() or a new one), a task …
//   run.train(task, cost, parser);
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "models/file/model_file.h"
#include "tools/option_parser.h"
#include "tools/output.h"
#include "tools/progress_display.h"
#include "tools/training_files.h"
#include "train/checkpoint.h"
#include "train/log_observer.h"
#include "train/report_observer.h"
#include "train/trainer.h"

namespace weft {

/// How a training runs and what it leaves behind; none of it changes the model.
struct RunOptions {
  std::string recipe, resume, from;
  std::string begins_from;  // the kind of model that --from may name; empty: there is no --from
  CheckpointOptions checkpoint;
  double report_every = 10;      // seconds
  std::int64_t log_every = 100;  // updates
  std::string report, log;
  bool json = false;
  void visit(OptionVisitor& v);
};

/// For the line that tells beforehand what a training will need.
struct TrainingCost {
  std::uint64_t positions = 0;   // of a batch, padding counted
  std::uint64_t extra_rows = 0;  // see estimate_memory()
  const char* targets = "tokens";
};

/// Tokenizer::train(), telling what it does and naming `path` in its errors.
std::shared_ptr<const Tokenizer> learn_tokenizer(const TokenizerOptions& options,
                                                 const std::string& path,
                                                 const Tokenizer::TextSource& corpus,
                                                 const LogSink& log = say);

struct TrialRun;

class TrainingRun {
 public:
  /// `command`: "train lm", as the training record names it; `trial`: of a search (see
  /// tools/trial_run.h), or null.
  explicit TrainingRun(std::string command, TrialRun* trial = nullptr)
      : command_(std::move(command)), trial_(trial) {}

  TrainingFiles files;
  TrainerOptions trainer;
  RunOptions run;

  void add_groups(OptionParser& parser);
  /// Parses, with `--resume` on top of the options of the checkpoint; `before` is called when it is
  /// known what was given, to choose defaults. Checks that every output can be written. False if
  /// help was asked for, or a trial shall be checked only.
  bool parse(
      OptionParser& parser, const Arguments& arguments,
      const std::function<void()>& before = [] {});

  /// The checkpoint to go on from; null for a new training.
  LoadedModel* resumed() { return resumed_ ? &*resumed_ : nullptr; }
  /// The checkpoint's model; throws UserError if it is of another kind.
  template <class M>
  M& resumed_model() {
    if (M* model = dynamic_cast<M*>(resumed_->model.get())) return *model;
    throw_wrong_checkpoint();
  }
  /// The model of --from; null if none was named.
  const Model* begun_from() const { return begun_ ? begun_->model.get() : nullptr; }
  /// Gives a new model the weights of the one of --from. Throws UserError where they do not fit.
  void take_weights(Model& model) const;
  std::uint64_t seed() const { return trainer.seed; }
  /// Where messages go: stderr, or, from a trial, nowhere.
  LogSink log() const;
  bool quiet() const { return trial_ != nullptr; }

  /// Trains, saves the model, and prints what came of it.
  void train(TrainingTask& task, const TrainingCost& cost, const OptionParser& parser);
  /// Saves a model that took no steps to learn from `count` of `what` ("examples"), and prints what
  /// came of it. `valid`: null without validation data.
  void keep_fitted(const Model& model, const std::vector<std::string>& self_test_inputs,
                   std::uint64_t count, const char* what, double seconds,
                   const nlohmann::json& valid, const OptionParser& parser) const;

 private:
  struct Seed {
    std::int64_t seed = 1;
    void visit(OptionVisitor& v);
  };
  void resume(OptionParser& parser);
  void check_outputs(const std::string& config, const std::string& names) const;
  nlohmann::json data_record() const;
  void check_data() const;
  void add_observers(Trainer& trainer, ProgressDisplay& display, const OptionParser& parser);
  void check_observers() const;
  nlohmann::json description(const OptionParser& parser) const;
  void save(const Model& model, nlohmann::json training,
            const std::vector<std::string>& self_test_inputs, const OptionParser& parser,
            const nlohmann::json& valid) const;
  nlohmann::json summary(const Model& model, const TrainState& state,
                         const nlohmann::json& valid) const;
  /// `begun_at`: updates that had been made when the trainer began.
  void conclude(const Trainer& trainer, TrainingTask& task, const nlohmann::json& valid,
                std::uint64_t begun_at) const;
  [[noreturn]] void throw_wrong_checkpoint() const;
  /// Options but those that say how to run and where results go.
  static nlohmann::json recorded(nlohmann::json options);
  bool begin_trial(const OptionParser& parser) const;
  void train_trial(TrainingTask& task, const OptionParser& parser) const;

  std::string command_;
  TrialRun* trial_;
  Seed seed_;
  ThreadOptions threads_;
  nlohmann::json data_;
  std::string checkpoint_path_;
  std::optional<LoadedModel> resumed_, begun_;
  const LogObserver* log_ = nullptr;  // the trainer's
  const ReportObserver* report_ = nullptr;
};

}  // namespace weft
