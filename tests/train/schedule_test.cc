#include "train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace weft {
namespace {

ScheduleOptions options_of(ScheduleKind kind) {
  ScheduleOptions options;
  options.kind = kind;
  options.learning_rate = 1;
  return options;
}

TEST(Schedule, ConstantStays) {
  const LearningRateSchedule schedule(options_of(ScheduleKind::constant), 0);
  EXPECT_EQ(schedule.rate(0, 0), 1);
  EXPECT_EQ(schedule.rate(1000000, 99), 1);
}

TEST(Schedule, StepDecaysEverySoManyEpochs) {
  ScheduleOptions options = options_of(ScheduleKind::step);
  options.step_epochs = 2;
  const LearningRateSchedule schedule(options, 0);
  const double expected[] = {1, 1, 0.5, 0.5, 0.25, 0.25};
  for (int epoch = 0; epoch < 6; ++epoch) EXPECT_EQ(schedule.rate(7, epoch), expected[epoch]);
}

// Zaremba et al. 2014, the small model: the rate is 1 for four epochs, then halved after each.
TEST(Schedule, HalvesFromEpochFive) {
  ScheduleOptions options = options_of(ScheduleKind::step);
  options.decay_after = 4;
  const LearningRateSchedule schedule(options, 0);
  const double expected[] = {1, 1, 1, 1, 0.5, 0.25, 0.125};
  for (int epoch = 0; epoch < 7; ++epoch) EXPECT_EQ(schedule.rate(7, epoch), expected[epoch]);
}

TEST(Schedule, ExponentialDecaysEachEpoch) {
  ScheduleOptions options = options_of(ScheduleKind::exponential);
  options.factor = 0.9;
  options.step_epochs = 5;  // not its business
  const LearningRateSchedule schedule(options, 0);
  for (int epoch = 0; epoch < 6; ++epoch)
    EXPECT_DOUBLE_EQ(schedule.rate(7, epoch), std::pow(0.9, epoch));
}

TEST(Schedule, CosineEndsAtTheMinimum) {
  ScheduleOptions options = options_of(ScheduleKind::cosine);
  options.minimum_rate = 0.2;
  const LearningRateSchedule schedule(options, 100);
  EXPECT_DOUBLE_EQ(schedule.rate(0, 0), 1);
  EXPECT_DOUBLE_EQ(schedule.rate(50, 0), 0.6);
  EXPECT_DOUBLE_EQ(schedule.rate(100, 0), 0.2);
  EXPECT_DOUBLE_EQ(schedule.rate(170, 0), 0.2);  // more updates than planned
}

TEST(Schedule, CosineMustKnowItsEnd) {
  EXPECT_THROW(LearningRateSchedule(options_of(ScheduleKind::cosine), 0), UserError);
}

TEST(Schedule, PlateauDecaysWhenValidationDoesNotImprove) {
  ScheduleOptions options = options_of(ScheduleKind::plateau);
  options.plateau_patience = 1;
  LearningRateSchedule schedule(options, 0);
  schedule.validated(false);
  EXPECT_EQ(schedule.rate(0, 0), 1);
  schedule.validated(true);
  schedule.validated(false);
  EXPECT_EQ(schedule.rate(0, 0), 1);
  schedule.validated(false);
  EXPECT_EQ(schedule.rate(0, 0), 0.5);
  schedule.validated(false);

  LearningRateSchedule resumed(options, 0);
  resumed.restore(nlohmann::json::parse(schedule.state().dump()));
  resumed.validated(false);
  EXPECT_EQ(resumed.rate(0, 0), 0.25);
}

TEST(Schedule, WarmupRisesThenFallsWithTheSquareRoot) {
  ScheduleOptions options = options_of(ScheduleKind::warmup);
  options.warmup_updates = 100;
  const LearningRateSchedule schedule(options, 0);
  EXPECT_DOUBLE_EQ(schedule.rate(0, 0), 0.01);
  EXPECT_DOUBLE_EQ(schedule.rate(49, 0), 0.5);
  EXPECT_DOUBLE_EQ(schedule.rate(99, 0), 1);
  EXPECT_DOUBLE_EQ(schedule.rate(399, 0), 0.5);
}

TEST(Schedule, AnyKindWarmsUp) {
  ScheduleOptions options = options_of(ScheduleKind::step);
  options.warmup_updates = 10;
  const LearningRateSchedule schedule(options, 0);
  EXPECT_DOUBLE_EQ(schedule.rate(0, 0), 0.1);
  EXPECT_DOUBLE_EQ(schedule.rate(9, 0), 1);
  EXPECT_DOUBLE_EQ(schedule.rate(20, 1), 0.5);
}

TEST(Schedule, NeverFallsBelowTheMinimum) {
  ScheduleOptions options = options_of(ScheduleKind::exponential);
  options.minimum_rate = 0.3;
  EXPECT_EQ(LearningRateSchedule(options, 0).rate(0, 50), 0.3);
  options.minimum_rate = 2;
  EXPECT_THROW(LearningRateSchedule(options, 0), UserError);
}

}  // namespace
}  // namespace weft
