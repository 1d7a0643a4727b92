#include "train/checkpoint.h"

#include <algorithm>
#include <map>
#include <new>

#include "base/error.h"
#include "base/file.h"

namespace weft {
namespace {

bool same_shape(const Matrix& a, const Matrix& b) {
  return (a.n_rows == b.n_rows && a.n_cols == b.n_cols) || (a.empty() && b.empty());
}

[[noreturn]] void throw_other(const std::string& path, const std::string& name) {
  throw FormatError(path, "the checkpoint has no '" + name +
                              "' of this size; resume with the options it was written with");
}

void copy_parameters(const LoadedModel& loaded, const std::string& path, Model& model) {
  if (&model == loaded.model.get()) return;
  for (Parameter& parameter : model.parameters()) {
    const Parameter* stored = loaded.model->parameters().find(parameter.name);
    if (!stored || !same_shape(stored->value, parameter.value)) throw_other(path, parameter.name);
    parameter.value = stored->value;
  }
}

/// A disk of middling speed: 400 MB a second.
double seconds_to_save(Trainer& trainer) {
  std::uint64_t numbers = trainer.task().model().parameters().count();
  for (const auto& state : trainer.checkpoint_matrices()) numbers += state.value->n_elem;
  return static_cast<double>(numbers * sizeof(real)) / 4e8;
}

bool finite(const Model& model) {
  const ParameterStore& store = model.parameters();
  return std::all_of(store.begin(), store.end(),
                     [](const Parameter& parameter) { return parameter.value.is_finite(); });
}

}  // namespace

void save_checkpoint(const std::string& path, Trainer& trainer, const nlohmann::json& description) {
  ModelRecord record;
  record.training = training_record(trainer);
  if (description.is_object()) record.training.update(description);
  record.checkpoint = trainer.checkpoint();
  for (const auto& [name, value] : trainer.checkpoint_matrices())
    record.extra.push_back({name, *value});
  save_model(path, trainer.task().model(), record);
}

LoadedModel load_checkpoint(const std::string& path) {
  LoadedModel loaded = load_model(path);
  if (loaded.record.checkpoint.is_null())
    throw FormatError(path,
                      "this is a finished model; name a checkpoint, which weft train writes "
                      "with --checkpoint FILE");
  return loaded;
}

void restore_checkpoint(const LoadedModel& loaded, const std::string& path, Trainer& trainer) {
  copy_parameters(loaded, path, trainer.task().model());
  try {
    trainer.restore(loaded.record.checkpoint);
  } catch (const FormatError&) {
    throw;
  } catch (const UserError& error) {
    throw FormatError(path, error.what());
  }
  std::map<std::string, const Matrix*> stored;
  for (const ExtraTensor& tensor : loaded.record.extra) stored[tensor.name] = &tensor.value;
  for (const auto& [name, value] : trainer.checkpoint_matrices()) {
    const auto found = stored.find(name);
    if (found == stored.end() || !same_shape(*found->second, *value)) throw_other(path, name);
    *value = *found->second;
  }
  trainer.set_last_checkpoint({path, trainer.state().update});
}

void CheckpointOptions::visit(OptionVisitor& v) {
  v.file(
      "checkpoint", path,
      "file to save the state of the training in, for --resume; MODEL.checkpoint if none is named");
  v.integer("checkpoint-updates", every_updates, 0, INT64_MAX,
            "save a checkpoint every so many updates; 0: do not count updates");
  v.number("checkpoint-minutes", every_minutes, 0, 1e9,
           "save a checkpoint every so many minutes; 0: do not look at the clock");
  v.flag("checkpoint-epochs", each_epoch, "save a checkpoint after each epoch");
}

CheckpointObserver::CheckpointObserver(CheckpointOptions options, nlohmann::json description,
                                       LogSink log)
    : options_(std::move(options)), description_(std::move(description)), log_(std::move(log)) {}

void CheckpointObserver::begin(Trainer& trainer) {
  if (!options_.path.empty()) require_writable(options_.path);
  save_seconds_ = seconds_to_save(trainer);
  tried_ = Clock::now();
}

void CheckpointObserver::settled(Trainer& trainer) {
  if (options_.path.empty()) return;
  if (due(trainer)) {
    const Clock::time_point start = Clock::now();
    save(trainer);
    tried_ = Clock::now();
    save_seconds_ = std::chrono::duration<double>(tried_ - start).count();
  }
  epoch_ended_ = false;
}

bool CheckpointObserver::affordable(double seconds_passed) const {
  return options_.time_share >= 1 || save_seconds_ <= options_.time_share * seconds_passed;
}

bool CheckpointObserver::due(const Trainer& trainer) const {
  const TrainState& state = trainer.state();
  const double passed = std::chrono::duration<double>(Clock::now() - tried_).count();
  if (state.stop == StopReason::interrupted) return true;
  const bool at_end = state.stop != StopReason::none || (epoch_ended_ && options_.each_epoch);
  if (at_end && affordable(passed)) return true;
  if (options_.every_updates > 0 && state.epoch_updates > 0 &&
      state.update % static_cast<std::uint64_t>(options_.every_updates) == 0)
    return true;
  return options_.every_minutes > 0 && passed >= 60 * options_.every_minutes;
}

void CheckpointObserver::save(Trainer& trainer) {
  if (!finite(trainer.task().model())) {
    log_("no checkpoint at update " + std::to_string(trainer.state().update) +
         ": the weights are not finite any more");
    return;
  }
  try {
    save_checkpoint(options_.path, trainer, description_);
    trainer.set_last_checkpoint({options_.path, trainer.state().update});
  } catch (const UserError& error) {
    log_(std::string("no checkpoint: ") + error.what() + "; training goes on");
  } catch (const std::bad_alloc&) {
    log_("no checkpoint: the memory does not suffice to write it; training goes on");
  }
}

}  // namespace weft
