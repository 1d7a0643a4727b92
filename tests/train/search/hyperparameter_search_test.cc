// Trials, their log, halving, and the search as a whole.
#include "train/search/hyperparameter_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/train/toy_task.h"
#include "train/search/search_log.h"
#include "train/search/search_report.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

const SearchSpace kSpace = SearchSpace::parse({"rate=log:0.001..1", "cell=gru,lstm"});
const nlohmann::json kHeading = {{"type", "search"}, {"training", {{"epochs", 3}}}};

Trial with_course(std::vector<double> course, TrialStatus status = TrialStatus::done) {
  Trial trial;
  trial.setting = {"0.1", "gru"};
  trial.status = status;
  trial.course = std::move(course);
  double best = -HUGE_VAL;
  for (const double value : trial.course) best = std::max(best, value);
  trial.best = {{{"accuracy", best}}, "accuracy", best, true};
  return trial;
}

TEST(Trial, LossIsTheValueWithItsSign) {
  const Trial trial = with_course({0.5, 0.8, 0.7});
  EXPECT_EQ(trial.loss(), -0.8);
  EXPECT_EQ(trial.loss_after(1), -0.5);
  EXPECT_EQ(trial.loss_after(2), -0.8);
  EXPECT_EQ(trial.loss_after(9), -0.8);  // it had ended by itself
  EXPECT_EQ(with_course({0.5}, TrialStatus::halved).loss_after(1), -0.5);
  EXPECT_EQ(with_course({0.5}, TrialStatus::halved).loss_after(2), HUGE_VAL);
  EXPECT_EQ(with_course({0.5}, TrialStatus::failed).loss(), HUGE_VAL);
  EXPECT_EQ(with_course({NAN}).loss(), HUGE_VAL);
  EXPECT_TRUE(better(trial, with_course({0.7})));
  EXPECT_TRUE(better(trial, with_course({0.9}, TrialStatus::failed)));
  EXPECT_FALSE(better(with_course({0.9}, TrialStatus::failed), trial));
  EXPECT_EQ(best_trial({with_course({0.1}), trial, with_course({0.2})}), 1u);
  EXPECT_EQ(best_trial({with_course({0.9}, TrialStatus::failed)}), 1u);
}

TEST(Halving, StopsWhoIsNotAmongTheBestThird) {
  const Halving halving(1, 3);  // rungs at 1, 3, 9, … validations
  const std::vector<Trial> earlier = {with_course({0.5, 0.6, 0.9}), with_course({0.4, 0.5, 0.6}),
                                      with_course({0.3}, TrialStatus::halved)};
  // The first rung: of four, the best one goes on.
  EXPECT_FALSE(halving.hopeless(with_course({0.6}), earlier));
  EXPECT_FALSE(halving.hopeless(with_course({0.5}), earlier));  // as good as the best
  EXPECT_TRUE(halving.hopeless(with_course({0.45}), earlier));
  // Between rungs nobody is asked.
  EXPECT_FALSE(halving.hopeless(with_course({0.1, 0.1}), earlier));
  // The second: those that were stopped before do not count.
  EXPECT_FALSE(halving.hopeless(with_course({0.5, 0.6, 0.95}), earlier));
  EXPECT_TRUE(halving.hopeless(with_course({0.5, 0.6, 0.7}), earlier));
  // The third: who ended before counts with the best it came to.
  EXPECT_TRUE(halving.hopeless(with_course({0, 0, 0, 0, 0, 0, 0, 0, 0.1}), earlier));
  // Where fewer than three have come, nobody is stopped.
  EXPECT_FALSE(halving.hopeless(with_course({0.1}), {earlier[0]}));
  EXPECT_FALSE(Halving(1, 0).hopeless(with_course({0.1}), earlier));
  EXPECT_FALSE(Halving(2, 3).hopeless(with_course({0.1}), earlier));
}

class HyperparameterSearchTest : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path); }

  static SearchOptions options(SearchMethodKind method = SearchMethodKind::bayes) {
    SearchOptions options;
    options.method = method;
    options.trials = 12;
    options.halving_first = 1;
    return options;
  }
  /// Trains the toy, whose loss falls as fast as the rate allows and diverges beyond 0.8.
  bool train(Trial& trial, std::unique_ptr<TrainObserver> watch) {
    const double rate = std::stod(trial.setting[0]);
    ToyTask task;
    for (int i = 1; i <= 9; ++i) task.validation.push_back(std::pow(1 - rate, i));
    if (trial.setting[1] == "gru") task.validation = {1.5};
    TrainerOptions trainer;
    trainer.epochs = 9;
    Trainer trained(trainer, task);
    trained.add(std::move(watch));
    if (rate > 0.8) {
      trial.status = TrialStatus::failed;
      trial.error = "too fast";
    } else {
      trained.run(interrupt);
    }
    return trained.state().stop != StopReason::interrupted;
  }
  SearchStop run(HyperparameterSearch& search) {
    return search.run(
        [this](Trial& trial, std::unique_ptr<TrainObserver> watch) {
          return train(trial, std::move(watch));
        },
        [this] {
          if (told) told();
        },
        interrupt);
  }
  void expect_read_error(const std::string& content, const std::string& words) {
    std::ofstream(path) << content;
    try {
      read_search_log(path, kHeading, kSpace);
      ADD_FAILURE() << content;
    } catch (const FormatError& error) {
      EXPECT_THAT(error.what(), HasSubstr(words));
      EXPECT_THAT(error.what(), HasSubstr(path));
    }
  }

  std::atomic<bool> interrupt = false;
  std::function<void()> told;
  const std::string path =
      (std::filesystem::temp_directory_path() / ("weft-search-" + std::to_string(getpid())))
          .string();
};

TEST_F(HyperparameterSearchTest, FindsTheBestAndStopsTheHopeless) {
  HyperparameterSearch search(options(), kSpace);
  EXPECT_EQ(run(search), SearchStop::trials);
  EXPECT_EQ(search.trials().size(), 12u);
  const Trial& best = search.trials()[best_trial(search.trials())];
  EXPECT_EQ(best.setting[1], "lstm");
  EXPECT_EQ(best.status, TrialStatus::done);
  EXPECT_EQ(best.epochs, 9);
  std::size_t halved = 0;
  for (const Trial& trial : search.trials()) {
    if (trial.status != TrialStatus::halved) continue;
    ++halved;
    EXPECT_LT(trial.epochs, 9);
    EXPECT_EQ(trial.course.size(), static_cast<std::size_t>(trial.epochs));
  }
  EXPECT_GT(halved, 2u);

  SearchOptions patient = options();
  patient.halving = false;
  HyperparameterSearch whole(patient, kSpace);
  run(whole);
  for (const Trial& trial : whole.trials()) EXPECT_NE(trial.status, TrialStatus::halved);
}

TEST_F(HyperparameterSearchTest, ResumedFromItsLogItGoesOnAlike) {
  for (const auto method : {SearchMethodKind::random, SearchMethodKind::bayes}) {
    HyperparameterSearch whole(options(method), kSpace);
    run(whole);

    HyperparameterSearch first(options(method), kSpace);
    SearchLog log(path, kHeading, {}, kSpace);
    told = [&] {
      log.add(first.trials());
      if (first.trials().size() == 7) interrupt = true;
    };
    EXPECT_EQ(run(first), SearchStop::interrupted);
    told = nullptr;
    interrupt = false;
    std::ofstream(path, std::ios::app) << "{\"trial\": 8, \"opt";  // killed while writing

    HyperparameterSearch second(options(method), kSpace);
    second.resume(read_search_log(path, kHeading, kSpace));
    EXPECT_EQ(second.trials().size(), 7u);
    EXPECT_EQ(run(second), SearchStop::trials);
    ASSERT_EQ(second.trials().size(), whole.trials().size());
    for (std::size_t i = 0; i < whole.trials().size(); ++i) {
      nlohmann::json a = trial_to_json(whole.trials()[i], i, kSpace);
      nlohmann::json b = trial_to_json(second.trials()[i], i, kSpace);
      a.erase("seconds");
      b.erase("seconds");
      EXPECT_EQ(a, b);
    }
  }
}

TEST_F(HyperparameterSearchTest, WhatIsNoLogIsRefused) {
  const std::string heading = kHeading.dump() + "\n";
  expect_read_error("", "no log of weft tune");
  expect_read_error("hello\n", "no log of weft tune");
  expect_read_error("[]\n", "no log of weft tune");
  expect_read_error("{\"type\": \"report\"}\n", "no log of weft tune");
  expect_read_error("{\"type\":\"search\",\"training\":{\"epochs\":4}}\n", "(its epochs)");
  expect_read_error(heading + "{}\n", "no trial of the search");
  expect_read_error(heading + "{\"tri\nhello\n", ":2");
  nlohmann::json trial = trial_to_json(with_course({0.5, NAN}), 0, kSpace);
  std::ofstream(path) << heading + trial.dump() + "\n";
  EXPECT_EQ(read_search_log(path, kHeading, kSpace).size(), 1u);
  trial["options"]["cell"] = "rnn";
  expect_read_error(heading + trial.dump() + "\n", "no trial of the search");
  trial["options"]["cell"] = "gru";
  trial["status"] = "lost";
  expect_read_error(heading + trial.dump() + "\n", "no trial of the search");
}

TEST_F(HyperparameterSearchTest, BudgetsEndIt) {
  SearchOptions endless = options();
  endless.trials = 0;
  EXPECT_THROW(HyperparameterSearch(endless, kSpace), UserError);
  SearchOptions brief = options();
  brief.minutes = 1e-9;
  HyperparameterSearch search(brief, kSpace);
  EXPECT_EQ(run(search), SearchStop::minutes);
  EXPECT_EQ(search.trials().size(), 1u);  // begun before the time was over
  SearchOptions small = options(SearchMethodKind::grid);
  small.grid_points = 2;
  HyperparameterSearch grid(small, kSpace);
  EXPECT_EQ(run(grid), SearchStop::exhausted);
  EXPECT_EQ(grid.trials().size(), 4u);
}

TEST_F(HyperparameterSearchTest, ReportShowsEachOption) {
  HyperparameterSearch search(options(), kSpace);
  run(search);
  const std::string page = to_html(search_report("m.weft", kSpace, search.trials()));
  for (const char* part : {"The best trials", "Best so far, by trial", "against rate", "<th>cell",
                           "stopped early", "<circle"})
    EXPECT_THAT(page, HasSubstr(part));
  EXPECT_THAT(to_html(search_report("none", kSpace, {})), HasSubstr("no points yet"));
}

}  // namespace
}  // namespace weft
