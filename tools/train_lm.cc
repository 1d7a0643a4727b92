// weft train lm: a model of what comes next.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "corpora/entry_list.h"
#include "corpora/line_reader.h"
#include "corpora/token_stream.h"
#include "models/core/mixture_ops.h"
#include "models/nets/language_model.h"
#include "tools/commands.h"
#include "tools/option_visitors.h"
#include "tools/training_run.h"
#include "train/language/kneser_ney.h"
#include "train/language/language_scores.h"
#include "train/tasks/language_task.h"

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

struct ScrubOptions {
  bool scrub = false;
  std::string names;
  void visit(OptionVisitor& v) {
    v.flag("scrub", scrub,
           "replace addresses, telephone, card and account numbers, URLs and names by placeholders "
           "that are never suggested, here and wherever the model reads text");
    v.file("names", names,
           "names of people to scrub besides those that their place gives away, "
           "one a line; the model keeps hashes of them");
  }
};

enum class LanguageArch { recurrent, ngram };

struct KindOptions {
  LanguageArch arch = LanguageArch::recurrent;
  NgramModelOptions ngram;
  void visit(OptionVisitor& v) {
    v.choice("arch", arch, {"recurrent", "ngram"}, "a network, or counts of n-grams");
    v.only_for("arch", {"ngram"}, [&] { ngram.visit(v); });
  }
};

struct Settings {
  DataOptions data;
  ScrubOptions privacy;
  KindOptions kind;
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

NameList read_names(const std::string& path, const NormalizerOptions& options) {
  NormalizerOptions cased = options;
  cased.fold_case = cased.strip_accents = false;
  const Normalizer normal(cased);
  NameList names;
  read_entries(
      path, [&](const std::string& entry) { return names.add(normal(entry)); },
      "this is no name, as it has no letter or more than " + std::to_string(kMostWordsOfName) +
          " words; leave the line out");
  return names;
}

/// Gives the tokenizer what it shall scrub.
void set_scrubber(Settings& settings) {
  const ScrubOptions& options = settings.privacy;
  if (!options.scrub && !options.names.empty())
    throw UserError("--names says what to scrub; add --scrub, or leave it out");
  if (!options.scrub) return;
  settings.tokenizer.scrubber = std::make_shared<const Scrubber>(
      options.names.empty() ? NameList()
                            : read_names(options.names, settings.tokenizer.normalizer));
}

std::shared_ptr<const Tokenizer> learn_tokens(const Settings& settings, const TrainingRun& run) {
  const std::string& path = run.files.train;
  LineReaderOptions options;
  options.encoding = settings.data.encoding;
  return learn_tokenizer(
      settings.tokenizer, path,
      [&](const std::function<void(std::string_view)>& show) {
        LineReader lines(path, options);
        for (std::string line; lines.next(line);) show(line);
      },
      run.log());
}

std::unique_ptr<LanguageModel> new_model(Settings& settings, const TrainingRun& run,
                                         const OptionParser& parser) {
  if (const Model* from = run.begun_from()) {
    refuse(parser, settings.tokenizer, "--from takes over how a model reads text");
    if (settings.privacy.scrub && !from->tokenizer()->options().scrubber)
      throw UserError("--from takes over how a model reads text, and " + run.run.from +
                      " does not scrub; leave out --scrub or train anew");
    if (!settings.privacy.names.empty())
      throw UserError("--from takes over the names that a model scrubs; leave out --names");
    auto model = std::make_unique<LanguageModel>(settings.model, from->shared_tokenizer());
    run.take_weights(*model);
    return model;
  }
  auto model = std::make_unique<LanguageModel>(settings.model, learn_tokens(settings, run));
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
    return cost;
  }
  const auto vocabulary = static_cast<std::uint64_t>(model.tokenizer()->vocabulary().size());
  if (options.tie) cost.extra_rows = vocabulary;
  if (options.output == OutputKind::mixture) {
    // Half, as logits turn into their gradients where they are.
    const std::uint64_t columns =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(options.mixture_components),
                                1 + kMixtureColumns / cost.positions);
    cost.extra_rows += vocabulary * columns / 2;
  }
  return cost;
}

TokenStream open(const std::string& path, const Tokenizer& tokenizer, const Settings& settings,
                 const TrainingRun& run) {
  return TokenStream::open(path, tokenizer, settings.data.encoding, settings.data.cache, run.log());
}

void fit_ngrams(Settings& settings, TrainingRun& run, const OptionParser& parser) {
  const char* const not_a_network = "n-grams are counted, there is no network to train";
  if (parser.given("from")) throw UserError(std::string(not_a_network) + "; leave out --from");
  refuse(parser, settings.model, not_a_network);
  refuse(parser, settings.task, not_a_network);
  refuse(parser, run.trainer, not_a_network);
  const auto begin = std::chrono::steady_clock::now();
  const auto tokenizer = learn_tokens(settings, run);
  const TokenStream train = open(run.files.train, *tokenizer, settings, run);
  const auto model = fit_ngram_model(settings.kind.ngram, tokenizer, train);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  nlohmann::json valid;
  if (!run.files.valid.empty())
    valid = evaluate_ngram_model(*model, open(run.files.valid, *tokenizer, settings, run));
  run.keep_fitted(*model, kSelfTestLines, train.size(), "tokens", seconds.count(), valid, parser);
}

}  // namespace

void train_lm(const Arguments& arguments, TrialRun* trial) {
  Settings settings;
  TrainingRun run("train lm", trial);
  run.run.begins_from = "language model";
  set_defaults(settings, run.trainer);
  OptionParser parser("train lm", "--train FILE [--valid FILE] --model OUT",
                      "Trains a language model on plain text, a sentence or paragraph a line.");
  parser.group("Files", run.files);
  parser.group("Data", settings.data);
  parser.group("Privacy", settings.privacy);
  parser.group("Kind", settings.kind);
  parser.group("Model", settings.model);
  parser.group("Tokenizer", settings.tokenizer);
  parser.group("Batches", settings.task);
  run.add_groups(parser);
  if (!run.parse(parser, arguments)) return;

  if (!run.resumed()) set_scrubber(settings);
  if (settings.kind.arch == LanguageArch::ngram) return fit_ngrams(settings, run, parser);
  std::unique_ptr<LanguageModel> fresh;
  if (!run.resumed()) fresh = new_model(settings, run, parser);
  LanguageModel& model = fresh ? *fresh : run.resumed_model<LanguageModel>();

  const TokenStream train = open(run.files.train, *model.tokenizer(), settings, run);
  std::optional<TokenStream> valid;
  if (!run.files.valid.empty()) valid = open(run.files.valid, *model.tokenizer(), settings, run);
  LanguageTask task(model, settings.task, train, valid ? &*valid : nullptr, run.seed());
  run.train(task, cost_of(model, settings.task), parser);
}

}  // namespace weft
