#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "tests/corpora/temporary_files.h"
#include "tests/train/toy_task.h"
#include "train/log_observer.h"
#include "train/progress_observer.h"
#include "train/report_observer.h"

namespace weft {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<nlohmann::json> lines_of(const std::string& path) {
  std::istringstream text(TemporaryFiles::read(path));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(LogObserver, WritesJsonLines) {
  const TemporaryFiles files;
  const std::string path = files.write("log", "an old log\n");
  ToyTask task;
  task.validation = {2, NAN};
  TrainerOptions options = plain_options(0.25);
  options.epochs = 2;
  Trainer trainer(options, task);
  trainer.add(std::make_unique<LogObserver>(path, 3, no_log));
  trainer.run(kNoInterrupt);
  const auto lines = lines_of(path);
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_EQ(lines[0]["type"], "report");
  EXPECT_EQ(lines[0]["update"], 3);
  EXPECT_EQ(lines[0]["targets"], 9);
  EXPECT_NEAR(lines[0]["loss"].get<double>(), (1 + 0.25 + 1.0 / 16) / 3, 1e-6);
  EXPECT_EQ(lines[1]["type"], "validation");
  EXPECT_EQ(lines[1]["best"], true);
  EXPECT_EQ(lines[1]["measures"]["loss"], 2.0);
  EXPECT_EQ(lines[2]["update"], 6);
  EXPECT_EQ(lines[3]["best"], false);
  EXPECT_EQ(lines[4]["type"], "end");
  EXPECT_EQ(lines[4]["stopped"], "epochs");
}

// The first run wrote lines after its last checkpoint, and died in the middle of one.
TEST(LogObserver, GoesOnBehindWhatTheCheckpointKnows) {
  const TemporaryFiles files;
  const std::string path = files.path("log");
  TrainerOptions options = plain_options();
  nlohmann::json checkpoint;
  {
    ToyTask task;
    Trainer trainer(options, task);
    trainer.add(std::make_unique<LogObserver>(path, 2, no_log));
    auto spy = std::make_unique<SpyObserver>();
    spy->on_settled = [&](Trainer& t) {
      if (t.state().update == 5 && t.state().epoch_updates > 0) checkpoint = t.checkpoint();
      if (t.state().update == 9) t.stop(StopReason::interrupted);
    };
    trainer.add(std::move(spy));
    trainer.run(kNoInterrupt);
  }
  files.write("log", TemporaryFiles::read(path) + "{\"type\": \"rep");
  ToyTask task;
  Trainer trainer(options, task);
  trainer.add(std::make_unique<LogObserver>(path, 2, no_log));
  trainer.restore(checkpoint);
  trainer.run(kNoInterrupt);
  std::vector<int> updates;
  for (const auto& line : lines_of(path))
    if (line["type"] == "report") updates.push_back(line["update"].get<int>());
  EXPECT_THAT(updates, ElementsAre(2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34,
                                   36, 38, 40));
}

TEST(LogObserver, AFullDiskEndsTheLogOnly) {
  ToyTask task;
  Trainer trainer(plain_options(), task);
  std::vector<std::string> messages;
  trainer.add(std::make_unique<LogObserver>(
      "/dev/full", 1, [&](const std::string& line) { messages.push_back(line); }));
  trainer.run(kNoInterrupt);
  EXPECT_EQ(trainer.state().epoch, 10);
  ASSERT_THAT(messages, SizeIs(1));
  EXPECT_THAT(messages[0], HasSubstr("/dev/full"));
}

TEST(LogObserver, APathThatCannotBeWrittenIsRefused) {
  ToyTask task;
  Trainer trainer(plain_options(), task);
  trainer.add(std::make_unique<LogObserver>("/nowhere/log", 1, no_log));
  EXPECT_THROW(trainer.run(kNoInterrupt), UserError);
}

TEST(ProgressObserver, GivesNumbers) {
  ToyTask task;
  task.validation = {3, 2};
  TrainerOptions options = plain_options(0.25);
  options.epochs = 2;
  Trainer trainer(options, task);
  std::vector<Progress> shown;
  std::vector<std::string> lines;
  trainer.add(std::make_unique<ProgressObserver>(
      0, [&](const Progress& progress) { shown.push_back(progress); },
      [&](const std::string& line) { lines.push_back(line); }));
  trainer.run(kNoInterrupt);
  ASSERT_THAT(shown, SizeIs(8));
  EXPECT_EQ(shown[0].epoch, 1);
  EXPECT_EQ(shown[0].total_updates, 8u);
  EXPECT_DOUBLE_EQ(shown[0].share, 1.0 / 8);
  EXPECT_NEAR(shown[1].loss, 0.25, 1e-6);
  EXPECT_GT(shown[1].targets_per_second, 0);
  EXPECT_GE(shown[1].seconds_left, 0);
  EXPECT_EQ(shown[7].epoch, 2);
  EXPECT_NEAR(shown[7].seconds_left, 0, 1e-9);
  EXPECT_THAT(lines, ElementsAre("validation after update 4: loss 3 (best so far)",
                                 "validation after update 8: loss 2 (best so far)"));
}

TEST(ProgressObserver, IsAReadableLine) {
  Progress progress;
  progress.epoch = 2;
  progress.epochs = 10;
  progress.update = 1200;
  progress.total_updates = 13000;
  progress.loss = 4.873;
  progress.targets_per_second = 9210.4;
  progress.learning_rate = 0.001;
  progress.seconds_left = 200;
  EXPECT_EQ(progress_text(progress),
            "epoch 2/10, update 1200/13000: loss 4.8730, 9210 targets/s, learning rate 0.001, "
            "3 min left");
}

TEST(Curve, KeepsItsSizeAndItsMean) {
  Curve curve;
  for (int i = 1; i <= 100001; ++i) curve.add(i, i % 2 ? 3 : 1);
  const auto points = curve.points();
  EXPECT_LE(points.size(), Curve::kPoints + 1);
  EXPECT_GE(points.size(), Curve::kPoints / 2);
  EXPECT_DOUBLE_EQ(points[10].second, 2);
  EXPECT_EQ(points.back().first, 100001);
  Curve resumed;
  resumed.restore(nlohmann::json::parse(curve.state().dump()));
  resumed.add(100002, 5);
  curve.add(100002, 5);
  EXPECT_EQ(resumed.points(), curve.points());
}

TEST(ReportObserver, WritesAPageAndSurvivesADirectoryThatVanishes) {
  const TemporaryFiles files;
  std::filesystem::create_directory(files.path("folder"));
  const std::string path = files.path("folder/report.html");
  ToyTask task;
  task.validation = {3, 2, NAN};
  TrainerOptions options = plain_options();
  options.epochs = 4;
  Trainer trainer(options, task);
  std::vector<std::string> messages;
  auto observer = std::make_unique<ReportObserver>(
      path, "Toy", [&](const std::string& line) { messages.push_back(line); });
  const ReportObserver& report = *observer;
  trainer.add(std::move(observer));
  std::string page;
  auto spy = std::make_unique<SpyObserver>();
  spy->on_settled = [&](Trainer& t) {
    if (t.state().epoch == 2 && page.empty()) {
      page = TemporaryFiles::read(path);
      std::filesystem::remove_all(files.path("folder"));
    }
  };
  trainer.add(std::move(spy));
  trainer.run(kNoInterrupt);
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, HasSubstr("Toy"));
  EXPECT_THAT(messages, SizeIs(1));
  EXPECT_EQ(trainer.state().epoch, 4);
  EXPECT_THAT(report.curves().criterion, SizeIs(2));
  EXPECT_THAT(report.curves().train_loss.points(), SizeIs(16));
}

}  // namespace
}  // namespace weft
