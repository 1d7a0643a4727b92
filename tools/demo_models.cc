#include "tools/demo_models.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "corpora/bundled.h"
#include "corpora/labelled_reader.h"
#include "corpora/line_reader.h"
#include "corpora/shapes.h"
#include "corpora/token_stream.h"
#include "tools/interrupt.h"
#include "train/progress_observer.h"
#include "train/tasks/autoencoder_task.h"
#include "train/tasks/classifier_task.h"
#include "train/tasks/language_task.h"
#include "train/tasks/translation_task.h"

namespace weft {
namespace {

void write_lines(const std::string& path, const std::vector<TextSample>& samples) {
  AtomicFile file(path);
  for (const TextSample& sample : samples) file.write(sample_line(sample) + "\n");
  file.commit();
}

DemoTraining train_and_watch(TrainingTask& task, const TrainerOptions& options,
                             ProgressDisplay& display) {
  Trainer trainer(options, task);
  auto report = std::make_unique<ReportObserver>("", "", no_log);
  const ReportObserver& watcher = *report;
  trainer.add(std::move(report));
  trainer.add(std::make_unique<ProgressObserver>(
      display.interval(10), [&display](const Progress& progress) { display.show_bar(progress); },
      no_log));
  trainer.run(catch_interrupts());
  display.end();
  if (trainer.state().stop == StopReason::interrupted) {
    throw UserError("the demo was interrupted; start it again to see the end");
  }
  return {watcher.curves(), nullptr, trainer.state().seconds};
}

std::shared_ptr<const Tokenizer> learn_words(bool fold_case, const Tokenizer::TextSource& texts) {
  TokenizerOptions options;
  options.kind = TokenizerKind::unicode_words;
  options.min_count = 2;  // the rarest stand in for what is unknown
  options.normalizer.fold_case = fold_case;
  return Tokenizer::train(options, texts);
}

std::shared_ptr<const Tokenizer> words_of_side(const std::string& path,
                                               std::string TextPair::*side) {
  return learn_words(false, [&](const std::function<void(std::string_view)>& show) {
    PairReader pairs({path});
    for (TextPair pair; pairs.next(pair);) show(pair.*side);
  });
}

}  // namespace

SampleFiles::SampleFiles(const std::string& name, std::uint64_t seed, std::size_t train_count,
                         std::size_t held_out_count) {
  const SampleSplit split = bundled_split(name, seed, train_count, held_out_count);
  folder_ = (std::filesystem::temp_directory_path() / "weft-demo-XXXXXX").string();
  if (!mkdtemp(folder_.data())) {
    throw UserError(folder_ + ": no temporary folder can be made: " + std::strerror(errno) +
                    "; name one that can be written to in TMPDIR");
  }
  write_lines(train(), split.train);
  write_lines(valid(), split.valid);
  write_lines(test(), split.held_out);
}

SampleFiles::~SampleFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

DemoClassifier train_demo_classifier(ClassifierArch arch, const SampleFiles& files,
                                     std::uint64_t seed, ProgressDisplay& display) {
  ClassifierOptions options;
  options.arch = arch;
  options.hidden = 64;
  options.embedding = 32;
  options.dropout = arch == ClassifierArch::lstm ? 0.2 : 0;
  TrainerOptions trainer;
  trainer.epochs = arch == ClassifierArch::lstm ? 6 : 10;
  trainer.schedule.kind = ScheduleKind::cosine;
  trainer.schedule.learning_rate = arch == ClassifierArch::lstm ? 0.005 : 0.02;
  trainer.seed = seed;

  const LabelledReaderOptions reader;
  const LabelledCorpus corpus = survey(files.train(), reader);
  const auto tokenizer = learn_words(true, [&](const std::function<void(std::string_view)>& show) {
    LabelledReader examples(files.train());
    for (LabelledExample example; examples.next(example);) show(example.text);
  });
  auto model =
      std::make_unique<Classifier>(options, tokenizer, 0, corpus.labels, corpus.multi_label);
  model->parameters().initialize(seed);
  ClassifierTask task(*model, {}, files.train(), files.valid(), reader, seed);
  DemoTraining training = train_and_watch(task, trainer, display);
  training.held_out = evaluate_classifier(*model, files.test(), reader);
  return {std::move(model), std::move(training)};
}

DemoLanguageModel train_demo_language_model(const SampleFiles& files, std::uint64_t seed,
                                            ProgressDisplay& display) {
  LanguageModelOptions options;
  options.layers = 1;
  options.hidden = 128;
  options.dropout = 0.2;
  TrainerOptions trainer;
  trainer.epochs = 5;
  trainer.schedule.kind = ScheduleKind::cosine;
  trainer.schedule.learning_rate = 0.005;
  trainer.seed = seed;

  const auto tokenizer = learn_words(false, [&](const std::function<void(std::string_view)>& show) {
    LineReader lines(files.train());
    for (std::string line; lines.next(line);) show(line);
  });
  const auto open = [&](const std::string& path) {
    return TokenStream::open(path, *tokenizer, "utf-8", /*cache_directory=*/"");
  };
  const TokenStream train = open(files.train()), valid = open(files.valid());
  auto model = std::make_unique<LanguageModel>(options, tokenizer);
  model->parameters().initialize(seed);
  LanguageTask task(*model, {}, train, &valid, seed);
  DemoTraining training = train_and_watch(task, trainer, display);
  training.held_out = evaluate_language_model(*model, open(files.test()));
  return {std::move(model), std::move(training)};
}

DemoAutoencoder train_demo_autoencoder(std::uint64_t seed, ProgressDisplay& display) {
  constexpr std::size_t kShapes = 6000, kHeldOut = 500;
  const FeatureTable all = draw_shapes(seed, kShapes + 2 * kHeldOut);
  const FeatureTable valid = all.part(kShapes, kShapes + kHeldOut);
  AutoencoderOptions options;
  options.layers = {200};
  options.code = 24;
  options.activation = Activation::gelu;
  options.loss = ReconstructionLoss::cross_entropy;
  options.noise = "gaussian:0.5";
  TrainerOptions trainer;
  trainer.epochs = 25;
  trainer.schedule.kind = ScheduleKind::cosine;
  trainer.schedule.learning_rate = 0.003;
  trainer.seed = seed;

  DemoAutoencoder result{
      nullptr, {}, all.part(0, kShapes), all.part(kShapes + kHeldOut, all.examples())};
  const FeatureInput input{kShapePixels * kShapePixels, kShapePixels, kShapePixels};
  result.model = std::make_unique<Autoencoder>(options, input, nullptr);
  result.model->parameters().initialize(seed);
  AutoencoderTask task(*result.model, {}, result.learnt, &valid, seed);
  result.training = train_and_watch(task, trainer, display);
  result.training.held_out =
      evaluate_features(*result.model, result.held_out, result.model->noise());
  return result;
}

DemoTranslator train_demo_translator(const SampleFiles& files, std::uint64_t seed,
                                     ProgressDisplay& display) {
  TranslatorOptions options;
  options.hidden = 128;
  options.embedding = 64;
  TrainerOptions trainer;
  trainer.epochs = 6;
  trainer.clip = 1;
  trainer.schedule.kind = ScheduleKind::cosine;
  trainer.schedule.learning_rate = 0.004;
  trainer.seed = seed;

  auto model =
      std::make_unique<Translator>(options, words_of_side(files.train(), &TextPair::source),
                                   words_of_side(files.train(), &TextPair::target));
  model->parameters().initialize(seed);
  TranslationTask task(*model, {}, {files.train()}, {files.valid()}, {}, seed);
  DemoTraining training = train_and_watch(task, trainer, display);
  training.held_out =
      evaluate_translator(*model, read_pairs({files.test()}, {}), TranslationOptions()).measures;
  return {std::move(model), std::move(training)};
}

}  // namespace weft
