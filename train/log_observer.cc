#include "train/log_observer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace weft {
namespace {

using Json = nlohmann::json;

Json line(const char* type, const TrainState& state) {
  return {
      {"type", type}, {"epoch", state.epoch}, {"update", state.update}, {"seconds", state.seconds}};
}

}  // namespace

LogObserver::LogObserver(std::string path, std::int64_t every_updates, LogSink messages)
    : path_(std::move(path)),
      every_updates_(static_cast<std::uint64_t>(std::max<std::int64_t>(1, every_updates))),
      messages_(std::move(messages)) {}

LogObserver::~LogObserver() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Json LogObserver::state() const { return {{"window", window_.state()}, {"lines", lines_}}; }

void LogObserver::restore(const Json& state) {
  window_.restore(state.at("window"));
  lines_ = state.at("lines").get<std::uint64_t>();
}

void LogObserver::begin(Trainer& trainer) {
  window_.begin(trainer.state());
  require_writable(path_);
  if (std::filesystem::is_regular_file(path_)) keep_known_lines();
  open();
}

void LogObserver::keep_known_lines() const {
  const MappedFile file(path_);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.size());
  std::size_t end = 0;
  for (std::uint64_t i = 0; i < lines_; ++i) {
    const std::size_t newline = text.find('\n', end);
    if (newline == std::string_view::npos) break;
    end = newline + 1;
  }
  if (end == text.size()) return;
  AtomicFile kept(path_);
  kept.write(text.substr(0, end));
  kept.commit();
}

void LogObserver::open() {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw UserError("cannot write '" + path_ + "': " + std::generic_category().message(errno));
}

void LogObserver::write(const Json& object) {
  if (descriptor_ < 0) return;
  const std::string text = object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  const off_t end = ::lseek(descriptor_, 0, SEEK_END);
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(descriptor_, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      failure_ = "the log '" + path_ + "' ends early: " + std::generic_category().message(errno);
      messages_(failure_ + "; training goes on");
      // Whole lines only. What is no file (a pipe) has no end to go back to.
      if (end >= 0 && written > 0 && ::ftruncate(descriptor_, end) != 0)
        messages_("the last line of the log is not whole");
      ::close(std::exchange(descriptor_, -1));
      return;
    }
    written += static_cast<std::size_t>(count);
  }
  ++lines_;
}

void LogObserver::updated(Trainer& trainer) {
  const TrainState& state = trainer.state();
  window_.add(state);
  if (state.update % every_updates_ != 0) return;
  Json report = line("report", state);
  report["targets"] = state.targets;
  report["loss"] = window_.loss();
  report["gradient_norm"] = state.gradient_norm;
  report["learning_rate"] = state.learning_rate;
  report["targets_per_second"] = window_.targets_per_second();
  write(report);
  window_.clear();
}

void LogObserver::validated(Trainer& trainer, const Evaluation& evaluation, bool best) {
  Json report = line("validation", trainer.state());
  report["best"] = best;
  report["criterion"] = evaluation.criterion;
  report["measures"] = evaluation.measures;
  write(report);
}

void LogObserver::ended(Trainer& trainer) {
  Json report = line("end", trainer.state());
  report["targets"] = trainer.state().targets;
  report["stopped"] = name(trainer.state().stop);
  write(report);
}

}  // namespace weft
