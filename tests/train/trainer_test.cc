#include "train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "tests/train/toy_task.h"

namespace weft {
namespace {

using testing::ElementsAre;

TEST(Trainer, DescendsTheGradient) {
  ToyTask task;
  TrainerOptions options = plain_options(0.25);
  options.epochs = 1;
  Trainer trainer(options, task);
  trainer.run(kNoInterrupt);
  // w − 1 is halved in each of four updates.
  EXPECT_FLOAT_EQ(static_cast<float>(task.toy.value()), 1 - 1.0f / 16);
  const TrainState& state = trainer.state();
  EXPECT_EQ(state.epoch, 1);
  EXPECT_EQ(state.update, 4u);
  EXPECT_EQ(state.targets, 12u);
  EXPECT_NEAR(state.loss, 1.0 / 64, 1e-6);
  EXPECT_NEAR(state.epoch_loss, (1 + 0.25 + 1.0 / 16 + 1.0 / 64) / 4, 1e-6);
  EXPECT_EQ(state.stop, StopReason::epochs);
  EXPECT_STREQ(name(state.stop), "epochs");
  EXPECT_GT(state.train_seconds, 0);
  EXPECT_GE(state.seconds, state.train_seconds);
}

TEST(Trainer, TellsObserversInOrder) {
  ToyTask task;
  task.batches = 2;
  task.validation = {5, 6};
  TrainerOptions options = plain_options();
  options.epochs = 2;
  Trainer trainer(options, task);
  std::vector<std::string> calls;
  auto spy = std::make_unique<SpyObserver>();
  spy->calls = &calls;
  trainer.add(std::move(spy));
  trainer.run(kNoInterrupt);
  EXPECT_THAT(calls,
              ElementsAre("begin", "updated", "settled", "updated", "settled", "validated best",
                          "epoch ended", "settled", "updated", "settled", "updated", "settled",
                          "validated", "epoch ended", "settled", "ended"));
}

TEST(Evaluation, LowerLossDecidesBetweenEqualValues) {
  const auto make = [](double value, nlohmann::json measures) {
    return Evaluation{std::move(measures), "accuracy", value, true};
  };
  const Evaluation first = make(0.9, {{"loss", 0.5}});
  EXPECT_TRUE(make(0.9, {{"loss", 0.4}}).better_than(first));
  EXPECT_FALSE(make(0.9, {{"loss", 0.5}}).better_than(first));
  EXPECT_FALSE(make(0.9, {{"loss", 0.6}}).better_than(first));
  EXPECT_FALSE(make(0.8, {{"loss", 0.1}}).better_than(first));
  EXPECT_TRUE(make(0.95, {{"loss", 0.9}}).better_than(first));
  EXPECT_FALSE(make(0.9, {{"accuracy", 0.9}}).better_than(first));
  EXPECT_FALSE(make(0.9, {{"loss", std::nan("")}}).better_than(first));
}

TEST(Trainer, ClipsTheGlobalNorm) {
  ToyTask task;
  task.target = 100;  // gradient −200
  TrainerOptions options = plain_options(1);
  options.clip = 0.5;
  options.max_updates = 1;
  Trainer trainer(options, task);
  trainer.run(kNoInterrupt);
  EXPECT_NEAR(task.toy.value(), 0.5, 1e-6);
  EXPECT_NEAR(trainer.state().gradient_norm, 200, 1e-3);
  EXPECT_EQ(trainer.state().stop, StopReason::updates);
}

TEST(Trainer, StepsInTheChosenPrecision) {
  for (const auto chosen : {kernels::Precision::f32, kernels::Precision::bf16}) {
    ToyTask task;
    task.before_loss = [&] { EXPECT_EQ(kernels::precision(), chosen); };
    TrainerOptions options = plain_options();
    options.precision = chosen;
    Trainer(options, task).run(kNoInterrupt);
    EXPECT_EQ(kernels::precision(), kernels::Precision::f32);
  }
}

TEST(GradientNorm, CountsTouchedEntriesOnly) {
  ParameterStore store;
  store.add("dense", 200, 300, Initializer::zeros());
  store.add("table", 4, 10, Initializer::zeros());
  store.add("unused", 5, 5, Initializer::zeros());
  store.initialize(1);
  Gradients gradients(store);
  for (std::size_t i = 0; i < 3; ++i) gradients[i].value.fill(static_cast<real>(NAN));
  gradients.begin_dense(0);
  gradients[0].value.fill(real{0.5});
  const real values[] = {3, 3, 3, 3};
  gradients.add_to_column(1, 7, 1, values);
  gradients.finish();
  GradientNorm norm;
  EXPECT_NEAR(norm(gradients), std::sqrt(60000 * 0.25 + 4 * 9), 1e-6);
}

TEST(Trainer, PutsTheBestModelBack) {
  ToyTask task;
  task.validation = {3, 1, 2, 4};
  TrainerOptions options = plain_options();
  options.epochs = 4;
  Trainer trainer(options, task);
  trainer.run(kNoInterrupt);
  EXPECT_EQ(trainer.best().value, 1);
  EXPECT_EQ(trainer.best_update(), 8u);
  EXPECT_EQ(task.toy.value(), trainer.best().measures["weight"].get<double>());
}

// The gradient of (w − 1)² is 2 (w − 1): with a rate of 0.25 w is 0.5, 0.75, 0.875 after 1, 2, 3
// updates; the average keeps 1/10, 2/11, then at most 0.2 of itself.
TEST(Trainer, ValidatesAndKeepsAveragedWeights) {
  for (const bool validates : {false, true}) {
    ToyTask task;
    if (validates) task.validation = {1};
    TrainerOptions options = plain_options(0.25);
    options.max_updates = 3;
    options.average_decay = 0.2;
    Trainer trainer(options, task);
    trainer.run(kNoInterrupt);
    const double first = 0.9 * 0.5, second = first * 2 / 11 + 0.75 * 9 / 11;
    EXPECT_NEAR(task.toy.value(), 0.2 * second + 0.8 * 0.875, 1e-6) << validates;
  }
}

TEST(Trainer, StopsWhenPatienceIsUsedUp) {
  ToyTask task;
  task.validation = {3, 2, 2, 1.5, 4, 1.5, 0};
  TrainerOptions options = plain_options();
  options.epochs = 100;
  options.patience = 2;
  Trainer trainer(options, task);
  trainer.run(kNoInterrupt);
  EXPECT_EQ(trainer.state().stop, StopReason::patience);
  EXPECT_EQ(trainer.state().epoch, 6);
  EXPECT_EQ(trainer.best().value, 1.5);
  EXPECT_EQ(trainer.best_update(), 16u);
}

TEST(Trainer, AMeasureThatIsNotANumberIsNeverTheBest) {
  ToyTask task;
  task.validation = {NAN, 7, INFINITY, NAN};
  TrainerOptions options = plain_options();
  options.epochs = 4;
  Trainer trainer(options, task);
  trainer.run(kNoInterrupt);
  EXPECT_EQ(trainer.best().value, 7);
  EXPECT_EQ(trainer.best_update(), 8u);
}

TEST(Trainer, ValidatesWhatTheLastUpdatesMade) {
  ToyTask task;
  task.validation = {1};
  TrainerOptions options = plain_options();
  options.max_updates = 7;
  options.validate_every = 3;
  Trainer trainer(options, task);
  trainer.run(kNoInterrupt);
  EXPECT_EQ(task.validations, 3);  // after 3, 6 and 7
  EXPECT_EQ(trainer.best_update(), 3u);
}

TEST(Trainer, WithoutValidationKeepsTheLastModel) {
  ToyTask task;
  TrainerOptions options = plain_options();
  options.epochs = 3;
  Trainer trainer(options, task);
  double last = 0;
  auto spy = std::make_unique<SpyObserver>();
  spy->on_update = [&](Trainer&) { last = task.toy.value(); };
  trainer.add(std::move(spy));
  trainer.run(kNoInterrupt);
  EXPECT_FALSE(trainer.has_best());
  EXPECT_EQ(task.toy.value(), last);
}

TEST(Trainer, DivergenceNamesUpdateRateAndCheckpoint) {
  ToyTask task;
  task.before_loss = [&, step = 0]() mutable {
    if (++step == 3) task.target = NAN;
  };
  TrainerOptions options = plain_options(0.25);
  Trainer trainer(options, task);
  trainer.set_last_checkpoint({"good.checkpoint", 1});
  try {
    trainer.run(kNoInterrupt);
    FAIL() << "no DivergenceError";
  } catch (const DivergenceError& error) {
    EXPECT_EQ(error.update(), 3u);
    EXPECT_EQ(error.learning_rate(), 0.25);
    EXPECT_EQ(error.checkpoint(), "good.checkpoint");
  }
  EXPECT_FLOAT_EQ(static_cast<float>(task.toy.value()), 0.75f);  // two good steps, nothing after
}

// The loss is finite, the gradient is not: 2 x (w x − t) overflows where (w x − t)² does not.
TEST(Trainer, AGradientThatIsNotFiniteIsDivergenceToo) {
  ToyTask task;
  const double largest = static_cast<double>(std::numeric_limits<real>::max());
  task.x = largest;
  task.target = std::sqrt(largest) / 2;
  Trainer trainer(plain_options(), task);
  EXPECT_THROW(trainer.run(kNoInterrupt), DivergenceError);
  EXPECT_EQ(task.toy.value(), 0);
}

TEST(Trainer, AnInterruptFinishesTheStep) {
  ToyTask task;
  task.validation = {1};
  std::atomic<bool> interrupt{false};
  task.before_loss = [&, step = 0]() mutable {
    if (++step == 2) interrupt = true;
  };
  Trainer trainer(plain_options(0.25), task);
  StopReason seen = StopReason::none;
  auto spy = std::make_unique<SpyObserver>();
  spy->on_settled = [&](Trainer& t) { seen = t.state().stop; };
  trainer.add(std::move(spy));
  trainer.run(interrupt);
  EXPECT_EQ(trainer.state().update, 2u);
  EXPECT_EQ(seen, StopReason::interrupted);  // so that a checkpoint is written
  EXPECT_FLOAT_EQ(static_cast<float>(task.toy.value()), 0.75f);
  EXPECT_EQ(task.validations, 0);
}

TEST(Trainer, StopsWhenTimeIsUp) {
  ToyTask task;
  TrainerOptions options = plain_options();
  options.time_limit = 1e-9;
  Trainer trainer(options, task);
  trainer.run(kNoInterrupt);
  EXPECT_EQ(trainer.state().update, 1u);
  EXPECT_EQ(trainer.state().stop, StopReason::time);
}

TEST(Trainer, RefusesAnEpochWithoutBatches) {
  ToyTask task;
  task.batches = 0;
  Trainer trainer(plain_options(), task);
  EXPECT_THROW(trainer.run(kNoInterrupt), UserError);
}

TEST(Trainer, SchedulesByEpoch) {
  ToyTask task;
  TrainerOptions options = plain_options(1);
  options.schedule.kind = ScheduleKind::step;
  options.epochs = 3;
  Trainer trainer(options, task);
  std::vector<double> rates;
  auto spy = std::make_unique<SpyObserver>();
  spy->on_update = [&](Trainer& t) {
    if (t.state().epoch_updates == 4) rates.push_back(t.state().learning_rate);
  };
  trainer.add(std::move(spy));
  trainer.run(kNoInterrupt);
  EXPECT_THAT(rates, ElementsAre(1, 0.5, 0.25));
}

}  // namespace
}  // namespace weft
