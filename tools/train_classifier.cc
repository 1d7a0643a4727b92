// weft train classifier: labels for texts, or for rows of numbers.
#include <memory>
#include <string>

#include "corpora/labelled_reader.h"
#include "models/nets/classifier.h"
#include "tools/commands.h"
#include "tools/example_split.h"
#include "tools/training_run.h"
#include "train/tasks/classifier_task.h"
#include "train/tasks/naive_bayes.h"

namespace weft {
namespace {

struct Settings {
  LabelledReaderOptions reader;
  SplitOptions split;
  ClassifierOptions model;
  TokenizerOptions tokenizer;
  ClassifierTaskOptions task;
};

/// What does well on most texts without a further word.
void set_defaults(Settings& settings, TrainerOptions& trainer) {
  settings.tokenizer.kind = TokenizerKind::unicode_words;
  settings.tokenizer.normalizer.fold_case = true;
  settings.tokenizer.min_count = 2;  // the rarest stand in for what is unknown
  settings.model.dropout = 0.3;
  trainer.patience = 3;
}

/// Linear models learn in larger steps; the perceptron's rule knows one step size only. Recurrent
/// models need memory for every step.
void suit(const std::string& arch, Settings& settings, TrainerOptions& trainer) {
  if (arch == "perceptron") {
    trainer.optimizer.kind = OptimizerKind::sgd;
    trainer.schedule.learning_rate = 1;
    trainer.clip = 0;
  } else if (arch == "logistic" || arch == "bow") {
    trainer.schedule.learning_rate = 0.01;
  }
  if (arch == "perceptron" || arch == "logistic") settings.model.dropout = 0;
  if (arch.empty() || arch == "rnn" || arch == "gru" || arch == "lstm") {
    settings.model.max_length = 5000;
  }
}

/// Tells how many texts are too long to be read to their end.
void report_cut_texts(const Tokenizer& tokenizer, int max_length, const std::string& path,
                      const LabelledReaderOptions& reader) {
  if (max_length == 0) return;
  const auto limit = static_cast<std::size_t>(max_length);
  std::uint64_t cut = 0;
  LabelledReader examples(path, reader);
  for (LabelledExample example; examples.next(example);) {
    // A token has at least one byte.
    cut += example.text.size() > limit && tokenizer.encode(example.text).size() > limit;
  }
  if (cut > 0) {
    warn(path + ": " + with_commas(cut) + " texts are longer than --max-length " +
         std::to_string(max_length) + " and are read to that token only");
  }
}

/// The training file's readers for its part that is trained on and for the one that is validated
/// with; or the validation file's.
struct Readers {
  LabelledReaderOptions train, valid;
  std::string valid_path;
};

Readers readers(const Settings& settings, const TrainingFiles& files) {
  Readers result{settings.reader, settings.reader, files.valid};
  result.valid.labels = settings.split.valid_labels;
  if (settings.split.hold_out == 0) {
    if (settings.split.limit > 0)
      result.train.take = static_cast<std::uint64_t>(settings.split.limit);
    return result;
  }
  const std::uint64_t examples = survey(files.train, settings.reader).examples;
  const ExampleSplit split = split_examples(settings.split, examples, files.valid);
  result.train.take = split.train;
  result.valid = settings.reader;
  result.valid.skip = split.valid;
  result.valid_path = files.train;
  return result;
}

/// Looks at the examples once for their labels and, unless they are numbers, once for their words.
std::unique_ptr<Classifier> new_model(const Settings& settings, const LabelledReaderOptions& reader,
                                      const TrainingRun& run) {
  const std::string& path = run.files.train;
  const LabelledCorpus corpus = survey(path, reader);
  std::shared_ptr<const Tokenizer> tokenizer;
  if (corpus.features == 0) {
    tokenizer = learn_tokenizer(
        settings.tokenizer, path,
        [&](const std::function<void(std::string_view)>& show) {
          LabelledReader examples(path, reader);
          for (LabelledExample example; examples.next(example);) show(example.text);
        },
        run.log());
    if (!run.quiet()) report_cut_texts(*tokenizer, settings.model.max_length, path, reader);
  }
  auto model = std::make_unique<Classifier>(settings.model, tokenizer, corpus.features,
                                            corpus.labels, corpus.multi_label);
  model->parameters().initialize(run.seed());
  if (settings.model.naive_bayes > 0)
    begin_at_naive_bayes(*model, path, reader, settings.model.naive_bayes);
  return model;
}

/// A batch of texts of mean length; the longest may need several times as much.
TrainingCost cost_of(const Classifier& model, const ClassifierTaskOptions& task,
                     std::uint64_t examples) {
  TrainingCost cost;
  cost.targets = "examples";
  cost.positions = static_cast<std::uint64_t>(task.batches.batch_size);
  if (!model.tokenizer() || !model.recurrent() || examples == 0) return cost;
  const Vocabulary& vocabulary = model.tokenizer()->vocabulary();
  std::uint64_t tokens = 0;
  for (int id = 0; id < vocabulary.size(); ++id) tokens += vocabulary.count(id);
  cost.positions *= tokens / examples + 1;
  return cost;
}

}  // namespace

void train_classifier(const Arguments& arguments, TrialRun* trial) {
  Settings settings;
  TrainingRun run("train classifier", trial);
  set_defaults(settings, run.trainer);
  OptionParser parser(
      "train classifier", "--train FILE [--valid FILE] --model OUT",
      "Trains a classifier on labelled texts, rows of numbers, or images (IDX, with --labels).\n"
      "Unless --learning-rate is given, logistic and bow learn with 0.01, the perceptron with 1.");
  parser.group("Files", run.files);
  parser.group("Data", settings.reader);
  parser.group("Parts", settings.split);
  parser.group("Model", settings.model);
  parser.group("Tokenizer", settings.tokenizer);
  parser.group("Batches", settings.task);
  run.add_groups(parser);
  const auto suit_arch = [&] { suit(parser.given_value("arch"), settings, run.trainer); };
  if (!run.parse(parser, arguments, suit_arch)) return;

  const Readers reader = readers(settings, run.files);
  std::unique_ptr<Classifier> fresh;
  if (!run.resumed()) fresh = new_model(settings, reader.train, run);
  Classifier& model = fresh ? *fresh : run.resumed_model<Classifier>();
  ClassifierTask task(model, settings.task, run.files.train, reader.valid_path, reader.train,
                      run.seed(), &reader.valid);
  run.train(task, cost_of(model, settings.task, task.epoch_targets()), parser);
}

}  // namespace weft
