#include "train/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "base/error.h"
#include "tests/corpora/temporary_files.h"
#include "tests/train/toy_task.h"
#include "train/log_observer.h"
#include "train/report_observer.h"
#include "train/tasks/language_task.h"

namespace weft {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::shared_ptr<const Tokenizer> tokenizer() {
  static const auto trained =
      Tokenizer::train(TokenizerOptions{}, [](const std::function<void(std::string_view)>& each) {
        each("the cat sat on the mat and the dog sat on the cat");
        each("a dog and a cat are on a mat");
      });
  return trained;
}

TokenStream random_stream(const char* name, std::size_t size) {
  RandomStream random(3, name);
  std::vector<int> ids(size);
  for (int& id : ids)
    id = static_cast<int>(
        random.below(static_cast<std::uint64_t>(tokenizer()->vocabulary().size())));
  return TokenStream::from_ids(ids);
}

/// A language model with dropout, on Adam with everything that has a memory: carried states,
/// plateau, early stopping, validations that do not fall together with the ends of epochs.
struct Training {
  explicit Training(std::int64_t max_updates, OptimizerKind kind = OptimizerKind::adam,
                    OutputKind output = OutputKind::full)
      : train(random_stream("train", 400)), valid(random_stream("valid", 150)) {
    LanguageModelOptions model_options;
    model_options.hidden = 8;
    model_options.dropout = 0.3;
    model_options.output = output;
    if (output == OutputKind::adaptive) model_options.cutoffs = {5, 9};
    model_options.samples = 6;
    model = std::make_unique<LanguageModel>(model_options, tokenizer());
    model->parameters().initialize(1);
    LanguageTaskOptions task_options;
    task_options.batch_size = 4;
    task_options.bptt = 7;
    task = std::make_unique<LanguageTask>(*model, task_options, train, &valid, 1);
    TrainerOptions options;
    options.epochs = 100;
    options.max_updates = max_updates;
    options.validate_every = 9;
    options.clip = 0.5;
    options.average_decay = 0.9;
    options.patience = 50;
    options.optimizer.kind = kind;
    options.optimizer.l2 = 1e-4;
    options.schedule.kind = ScheduleKind::plateau;
    options.schedule.learning_rate = 0.05;
    trainer = std::make_unique<Trainer>(options, *task);
    trainer->add(std::make_unique<ReportObserver>("", "", no_log));
  }
  void checkpoint_to(const std::string& path, LogSink log = no_log) {
    CheckpointOptions options;
    options.path = path;
    trainer->add(std::make_unique<CheckpointObserver>(options, nlohmann::json{{"settings", "here"}},
                                                      std::move(log)));
  }

  TokenStream train, valid;
  std::unique_ptr<LanguageModel> model;
  std::unique_ptr<LanguageTask> task;
  std::unique_ptr<Trainer> trainer;
};

void expect_equal(const Matrix& a, const Matrix& b, const std::string& what) {
  ASSERT_EQ(a.n_elem, b.n_elem) << what;
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin())) << what;
}

nlohmann::json without_times(nlohmann::json checkpoint) {
  checkpoint["state"].erase("seconds");
  checkpoint["state"].erase("train_seconds");
  return checkpoint;
}

void expect_same_training(Training& a, Training& b) {
  for (std::size_t i = 0; i < a.model->parameters().size(); ++i)
    expect_equal(a.model->parameters()[i].value, b.model->parameters()[i].value,
                 a.model->parameters()[i].name);
  const auto ours = a.trainer->checkpoint_matrices(), theirs = b.trainer->checkpoint_matrices();
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    expect_equal(*ours[i].value, *theirs[i].value, ours[i].name);
  EXPECT_EQ(without_times(a.trainer->checkpoint()).dump(),
            without_times(b.trainer->checkpoint()).dump());
}

// An epoch has 15 batches: the cuts lie inside an epoch, at its last batch, right behind it, at and
// beside a validation.
TEST(Checkpoint, ResumesToTheSameBytes) {
  constexpr std::int64_t kAll = 40;
  Training whole(kAll);
  whole.trainer->run(kNoInterrupt);
  ASSERT_TRUE(whole.trainer->has_best());
  const std::uint64_t epoch = whole.task->epoch_updates();
  for (const std::int64_t cut :
       {1L, 9L, 10L, static_cast<long>(epoch), static_cast<long>(epoch) + 1, 27L, 33L}) {
    SCOPED_TRACE(cut);
    const TemporaryFiles files;
    const std::string path = files.path("c");
    {
      Training first(cut);
      first.checkpoint_to(path);
      first.trainer->run(kNoInterrupt);
      EXPECT_EQ(first.trainer->last_checkpoint().update, static_cast<std::uint64_t>(cut));
    }
    Training second(kAll);
    const LoadedModel loaded = load_checkpoint(path);
    EXPECT_EQ(loaded.record.training["settings"], "here");
    EXPECT_EQ(loaded.record.training["updates"], cut);
    restore_checkpoint(loaded, path, *second.trainer);
    EXPECT_EQ(second.trainer->last_checkpoint().path, path);
    second.trainer->run(kNoInterrupt);
    expect_same_training(whole, second);
  }
}

// Samples of words are drawn anew for each update, from a stream that goes on where it stopped.
TEST(Checkpoint, ResumesEveryKindOfOutputToTheSameBytes) {
  for (const OutputKind output : {OutputKind::adaptive, OutputKind::sampled, OutputKind::mixture}) {
    const TemporaryFiles files;
    const std::string path = files.path("c");
    const auto training = [&](std::int64_t updates) {
      return Training(updates, OptimizerKind::adam, output);
    };
    Training whole = training(20), first = training(11), second = training(20);
    whole.trainer->run(kNoInterrupt);
    first.checkpoint_to(path);
    first.trainer->run(kNoInterrupt);
    restore_checkpoint(load_checkpoint(path), path, *second.trainer);
    second.trainer->run(kNoInterrupt);
    expect_same_training(whole, second);
  }
}

TEST(Checkpoint, ResumesAfterAnInterrupt) {
  const TemporaryFiles files;
  const std::string path = files.path("c");
  std::atomic<bool> interrupt{false};
  Training whole(30), first(30), second(30);
  auto spy = std::make_unique<SpyObserver>();
  spy->on_update = [&](Trainer& t) { interrupt = t.state().update == 20; };
  first.trainer->add(std::move(spy));
  first.checkpoint_to(path);
  first.trainer->run(interrupt);
  EXPECT_EQ(first.trainer->state().stop, StopReason::interrupted);
  restore_checkpoint(load_checkpoint(path), path, *second.trainer);
  EXPECT_EQ(second.trainer->state().update, 20u);
  second.trainer->run(kNoInterrupt);
  whole.trainer->run(kNoInterrupt);
  expect_same_training(whole, second);
}

// The model of the file itself goes on training, in the mapped memory.
TEST(Checkpoint, TheLoadedModelCanBeTheOneThatIsTrained) {
  const TemporaryFiles files;
  const std::string path = files.path("c");
  Training first(12), whole(20);
  first.checkpoint_to(path);
  first.trainer->run(kNoInterrupt);
  whole.trainer->run(kNoInterrupt);

  const LoadedModel loaded = load_checkpoint(path);
  auto& model = dynamic_cast<LanguageModel&>(*loaded.model);
  LanguageTaskOptions options;
  options.batch_size = 4;
  options.bptt = 7;
  LanguageTask task(model, options, first.train, &first.valid, 1);
  TrainerOptions trainer_options = whole.trainer->options();
  Trainer trainer(trainer_options, task);
  restore_checkpoint(loaded, path, trainer);
  CheckpointOptions again;  // over the file whose pages are in use
  again.path = path;
  again.every_updates = 1;
  trainer.add(std::make_unique<CheckpointObserver>(again, nullptr, no_log));
  trainer.run(kNoInterrupt);
  for (std::size_t i = 0; i < model.parameters().size(); ++i)
    expect_equal(model.parameters()[i].value, whole.model->parameters()[i].value,
                 model.parameters()[i].name);
}

TEST(Checkpoint, AFailedSaveKeepsTheLastOneAndTheTraining) {
  const TemporaryFiles files;
  const std::string folder = files.path("folder"), path = folder + "/c";
  fs::create_directory(folder);
  Training training(16);
  auto spy = std::make_unique<SpyObserver>();
  spy->on_update = [&](Trainer& t) {
    if (t.state().update == 6) fs::rename(folder, files.path("moved"));
  };
  training.trainer->add(std::move(spy));
  CheckpointOptions options;
  options.path = path;
  options.every_updates = 5;
  std::vector<std::string> log;
  training.trainer->add(std::make_unique<CheckpointObserver>(
      options, nullptr, [&](const std::string& line) { log.push_back(line); }));
  training.trainer->run(kNoInterrupt);
  EXPECT_EQ(training.trainer->state().update, 16u);
  EXPECT_EQ(training.trainer->last_checkpoint().update, 5u);
  ASSERT_FALSE(log.empty());
  EXPECT_THAT(log[0], HasSubstr(path));
  EXPECT_THAT(log[0], HasSubstr("training goes on"));
  EXPECT_EQ(load_checkpoint(files.path("moved") + "/c").record.training["updates"], 5);
}

TEST(Checkpoint, OneThatTakesTooLongIsMadeOnlyOfAnInterruptedTraining) {
  const TemporaryFiles files;
  const std::string path = files.path("c");
  CheckpointOptions options;
  options.path = path;
  options.time_share = 0;
  for (const bool interrupted : {false, true}) {
    Training training(16);
    std::atomic<bool> interrupt = false;
    auto spy = std::make_unique<SpyObserver>();
    spy->on_update = [&](Trainer& t) { interrupt = interrupted && t.state().update == 12; };
    training.trainer->add(std::move(spy));
    training.trainer->add(std::make_unique<CheckpointObserver>(options, nullptr, no_log));
    training.trainer->run(interrupt);
    EXPECT_EQ(training.trainer->last_checkpoint().update, interrupted ? 12u : 0u);
    EXPECT_EQ(fs::exists(path), interrupted);
  }
}

TEST(Checkpoint, APathThatCannotBeWrittenIsRefusedBeforeTraining) {
  const TemporaryFiles files;
  Training training(5);
  training.checkpoint_to(files.path("missing/c"));
  EXPECT_THROW(training.trainer->run(kNoInterrupt), UserError);
  EXPECT_EQ(training.trainer->state().update, 0u);
}

TEST(Checkpoint, WeightsThatAreNotFiniteDoNotReplaceAGoodCheckpoint) {
  const TemporaryFiles files;
  const std::string path = files.path("c");
  Training training(20);
  auto spy = std::make_unique<SpyObserver>();
  spy->on_update = [&](Trainer& t) {
    if (t.state().update == 3)
      training.model->parameters()[0].value.fill(std::numeric_limits<real>::quiet_NaN());
  };
  training.trainer->add(std::move(spy));
  CheckpointOptions options;
  options.path = path;
  options.every_updates = 1;
  training.trainer->add(std::make_unique<CheckpointObserver>(options, nullptr, no_log));
  try {
    training.trainer->run(kNoInterrupt);
    FAIL() << "no DivergenceError";
  } catch (const DivergenceError& error) {
    EXPECT_EQ(error.update(), 4u);
    EXPECT_EQ(error.checkpoint(), path);
  }
  EXPECT_EQ(load_checkpoint(path).record.training["updates"], 2);
}

TEST(Checkpoint, RefusesWhatDoesNotBelongTogether) {
  const TemporaryFiles files;
  const std::string path = files.path("c"), model = files.path("model");
  Training training(2);
  training.checkpoint_to(path);
  training.trainer->run(kNoInterrupt);
  save_model(model, *training.model, {});
  EXPECT_THAT(complaint([&] { load_checkpoint(model); }), HasSubstr("finished model"));

  const LoadedModel loaded = load_checkpoint(path);
  Training other_optimizer(2, OptimizerKind::rmsprop);
  EXPECT_THAT(complaint([&] { restore_checkpoint(loaded, path, *other_optimizer.trainer); }),
              HasSubstr("optimizer/squares/embedding"));
  ToyTask toy;
  Trainer other_model(TrainerOptions{}, toy);
  EXPECT_THAT(complaint([&] { restore_checkpoint(loaded, path, other_model); }),
              HasSubstr("weight"));
}

TEST(Checkpoint, ADamagedRecordIsAUserError) {
  const TemporaryFiles files;
  const std::string path = files.path("c");
  Training training(2);
  training.checkpoint_to(path);
  training.trainer->run(kNoInterrupt);
  for (const char* key : {"state", "noise", "task", "schedule", "observers"}) {
    LoadedModel loaded = load_checkpoint(path);
    loaded.record.checkpoint[key] = "nonsense";
    Training fresh(2);
    EXPECT_THAT(complaint([&] { restore_checkpoint(loaded, path, *fresh.trainer); }),
                HasSubstr("damaged"))
        << key;
  }
}

}  // namespace
}  // namespace weft
