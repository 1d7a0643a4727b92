// weft train lm: a model of what comes next.
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "corpora/line_reader.h"
#include "corpora/token_stream.h"
#include "models/nets/language_model.h"
#include "tools/commands.h"
#include "tools/training_run.h"
#include "train/language_task.h"

namespace weft {
namespace {

struct DataOptions {
  std::string encoding = "utf-8";
  std::string cache;
  void visit(OptionVisitor& v) {
    v.text("encoding", encoding, "the files' character encoding; a byte-order mark overrules it");
    v.file("cache", cache, "folder to keep encoded corpora in; empty: none is kept");
  }
};

struct Settings {
  DataOptions data;
  LanguageModelOptions model;
  TokenizerOptions tokenizer;
  LanguageTaskOptions task;
};

/// What does well on most texts without a further word.
void set_defaults(Settings& settings, TrainerOptions& trainer) {
  settings.tokenizer.kind = TokenizerKind::words;
  settings.model.dropout = 0.2;
  trainer.schedule.kind = ScheduleKind::plateau;
  trainer.schedule.learning_rate = 0.002;
}

std::unique_ptr<LanguageModel> new_model(const Settings& settings, const TrainingRun& run) {
  if (const auto* from = run.begun_from<LanguageModel>("language model")) {
    auto model = std::make_unique<LanguageModel>(settings.model, from->shared_tokenizer());
    run.take_weights(*model);
    return model;
  }
  const std::string& path = run.files.train;
  LineReaderOptions options;
  options.encoding = settings.data.encoding;
  const auto tokenizer = learn_tokenizer(
      settings.tokenizer, path,
      [&](const std::function<void(std::string_view)>& show) {
        LineReader lines(path, options);
        for (std::string line; lines.next(line);) show(line);
      },
      run.log());
  auto model = std::make_unique<LanguageModel>(settings.model, tokenizer);
  model->parameters().initialize(run.seed());
  return model;
}

TrainingCost cost_of(const LanguageModel& model, const LanguageTaskOptions& task) {
  TrainingCost cost;
  cost.positions =
      static_cast<std::uint64_t>(task.batch_size) * static_cast<std::uint64_t>(task.bptt);
  const LanguageModelOptions& options = model.options();
  if (options.output == OutputKind::sampled) {
    cost.extra_rows = static_cast<std::uint64_t>(options.samples);
  } else if (options.tie) {
    cost.extra_rows = static_cast<std::uint64_t>(model.tokenizer()->vocabulary().size());
  }
  return cost;
}

}  // namespace

void train_lm(const Arguments& arguments, TrialRun* trial) {
  Settings settings;
  TrainingRun run("train lm", trial);
  run.run.can_begin_from = true;
  set_defaults(settings, run.trainer);
  OptionParser parser("train lm", "--train FILE [--valid FILE] --model OUT",
                      "Trains a language model on plain text, a sentence or paragraph a line.");
  parser.group("Files", run.files);
  parser.group("Data", settings.data);
  parser.group("Model", settings.model);
  parser.group("Tokenizer", settings.tokenizer);
  parser.group("Batches", settings.task);
  run.add_groups(parser);
  if (!run.parse(parser, arguments)) return;

  std::unique_ptr<LanguageModel> fresh;
  if (!run.resumed()) fresh = new_model(settings, run);
  LanguageModel& model = fresh ? *fresh : run.resumed_model<LanguageModel>();

  const auto open = [&](const std::string& path) {
    return TokenStream::open(path, *model.tokenizer(), settings.data.encoding, settings.data.cache,
                             run.log());
  };
  const TokenStream train = open(run.files.train);
  std::optional<TokenStream> valid;
  if (!run.files.valid.empty()) valid = open(run.files.valid);
  LanguageTask task(model, settings.task, train, valid ? &*valid : nullptr, run.seed());
  run.train(task, cost_of(model, settings.task), parser);
}

}  // namespace weft
