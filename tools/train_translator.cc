// weft train translator: one text in, another out.
#include <memory>
#include <string>

#include "corpora/pair_reader.h"
#include "models/nets/translator.h"
#include "tools/commands.h"
#include "tools/training_run.h"
#include "train/tasks/translation_task.h"

namespace weft {
namespace {

/// Source and target have a tokenizer each, made in the same way, or share one.
struct VocabularyOptions {
  TokenizerOptions tokenizer;
  bool joint = false;
  void visit(OptionVisitor& v) {
    tokenizer.visit(v);
    v.flag("joint-vocabulary", joint, "one vocabulary, learned from both sides");
  }
};

struct Settings {
  PairReaderOptions reader;
  TranslatorOptions model;
  VocabularyOptions vocabulary;
  TranslationTaskOptions task;
};

/// What does well on most pairs without a further word.
void set_defaults(Settings& settings, TrainerOptions& trainer) {
  settings.vocabulary.tokenizer.kind = TokenizerKind::subwords;
  trainer.schedule.kind = ScheduleKind::plateau;
  trainer.clip = 1;
  trainer.patience = 5;
}

enum class Side { source, target, both };

std::shared_ptr<const Tokenizer> learn_side(const Settings& settings,
                                            const std::vector<std::string>& files, Side side,
                                            const LogSink& log) {
  // Of aligned files, each side has its own: errors shall name it.
  const std::string name = side == Side::both     ? pair_name(files)
                           : side == Side::source ? files.front()
                                                  : files.back();
  return learn_tokenizer(
      settings.vocabulary.tokenizer, name,
      [&](const std::function<void(std::string_view)>& show) {
        PairReader pairs(files, settings.reader);
        for (TextPair pair; pairs.next(pair);) {
          if (side != Side::target) show(pair.source);
          if (side != Side::source) show(pair.target);
        }
      },
      log);
}

std::unique_ptr<Translator> new_model(const Settings& settings, const TrainingRun& run) {
  const std::vector<std::string> files = run.files.train_files();
  const bool joint = settings.vocabulary.joint;
  const auto source = learn_side(settings, files, joint ? Side::both : Side::source, run.log());
  const auto target = joint ? nullptr : learn_side(settings, files, Side::target, run.log());
  auto model = std::make_unique<Translator>(settings.model, source, target);
  model->parameters().initialize(run.seed());
  return model;
}

/// Pairs that are not learned from are no secret.
void report_left_out(const PairCounts& counts, const TrainingRun& run, int max_length) {
  const std::string name = pair_name(run.files.train_files()) + ": ";
  if (counts.too_long > 0)
    run.log()(name + with_commas(counts.too_long) +
              " pairs have more tokens on a side than --max-length " + std::to_string(max_length) +
              " and are left out");
  if (counts.empty > 0)
    run.log()(name + with_commas(counts.empty) +
              " pairs have a side without text and are left out");
}

/// A batch of pairs of mean length, or as many tokens as it may have.
TrainingCost cost_of(const Translator& model, const TranslationTask& task,
                     const BatchOptions& batches) {
  TrainingCost cost;
  cost.positions = static_cast<std::uint64_t>(batches.max_tokens);
  if (batches.batch_size > 0) {
    const std::uint64_t pair = 2 * task.epoch_targets() / task.counts().pairs;
    const std::uint64_t batch = static_cast<std::uint64_t>(batches.batch_size) * pair;
    cost.positions = cost.positions > 0 ? std::min(cost.positions, batch) : batch;
  }
  cost.positions /= 2;  // a weight belongs to one side
  if (model.options().tie != TranslatorTie::none)
    cost.extra_rows = static_cast<std::uint64_t>(model.target_tokenizer().vocabulary().size());
  return cost;
}

}  // namespace

void train_translator(const Arguments& arguments, TrialRun* trial) {
  Settings settings;
  TrainingRun run("train translator", trial);
  run.files.pairs = true;
  set_defaults(settings, run.trainer);
  OptionParser parser(
      "train translator", "--train SRC TGT [--valid SRC TGT] --model OUT",
      "Trains a translator, or any model that reads a line and writes another, on pairs of\n"
      "lines: two files, or one with source<TAB>target.");
  parser.group("Files", run.files);
  parser.group("Data", settings.reader);
  parser.group("Model", settings.model);
  parser.group("Tokenizer (of each side)", settings.vocabulary);
  parser.group("Batches and validation", settings.task);
  run.add_groups(parser);
  if (!run.parse(parser, arguments)) return;

  std::unique_ptr<Translator> fresh;
  if (!run.resumed()) fresh = new_model(settings, run);
  Translator& model = fresh ? *fresh : run.resumed_model<Translator>();
  TranslationTask task(model, settings.task, run.files.train_files(), run.files.valid_files(),
                       settings.reader, run.seed());
  report_left_out(task.counts(), run, model.options().max_length);
  run.train(task, cost_of(model, task, settings.task.batches), parser);
}

}  // namespace weft
