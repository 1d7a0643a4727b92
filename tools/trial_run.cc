#include "tools/trial_run.h"

#include "base/error.h"
#include "tools/interrupt.h"
#include "tools/training_run.h"

namespace weft {

using Json = nlohmann::json;

LogSink TrainingRun::log() const {
  if (quiet()) return no_log;
  return say;
}

/// False if that was all.
bool TrainingRun::begin_trial(const OptionParser& parser) const {
  if (!parser.given("hold-out"))
    require_option(files.valid, "valid", "name the file to compare trainings on");
  if (parser.given("checkpoint"))
    throw UserError(
        "a search keeps no checkpoints; leave out --checkpoint, and go on with --resume");
  Json options = recorded(parser.values()), data = data_;
  for (auto& [part, record] : data.items()) {
    record.erase("file");  // it may have moved
    options.erase(part);
  }
  trial_->origin = {{"command", command_}, {"options", options}, {"data", data}};
  return !trial_->check_only;
}

void TrainingRun::train_trial(TrainingTask& task, const OptionParser& parser) const {
  Trainer trained(trainer, task);
  trained.add(std::move(trial_->watch));
  trained.run(catch_interrupts());
  trial_->stop = trained.state().stop;
  trial_->parameters = static_cast<std::int64_t>(task.model().parameters().count());
  if (trial_->stop == StopReason::interrupted || !trained.has_best() || !trial_->keep()) return;
  Json valid = task.final_measures();
  if (valid.is_null()) valid = trained.best().measures;
  save(task.model(), training_record(trained), task.self_test_inputs(), parser, valid);
}

}  // namespace weft
