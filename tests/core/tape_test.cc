// The tape: memory is reused, answering records nothing, models are shared between threads.

#include "models/core/tape.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include "models/core/ops.h"
#include "models/core/sequence_ops.h"

namespace weft {
namespace {

Matrix filled(Index rows, Index columns, std::uint64_t seed) {
  RandomStream random(seed, "test matrix");
  Matrix matrix(rows, columns);
  for (real& number : matrix) number = static_cast<real>(random.normal());
  return matrix;
}

TEST(Arena, HandsOutAlignedMemoryThatDoesNotOverlap) {
  Arena arena;
  std::set<std::uintptr_t> addresses;
  for (const std::size_t bytes : {1u, 0u, 63u, 64u, 65u, 3'000'000u, 1u}) {
    auto* memory = static_cast<unsigned char*>(arena.allocate(bytes));
    std::fill_n(memory, bytes, static_cast<unsigned char>(7));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 64, 0u);
    EXPECT_TRUE(addresses.insert(reinterpret_cast<std::uintptr_t>(memory)).second);
  }
}

TEST(Arena, TheSameWorkFitsIntoOneBlockTheNextTime) {
  Arena arena;
  for (int i = 0; i < 100; ++i) arena.allocate(100'000);
  arena.reset();
  const std::size_t capacity = arena.capacity();
  const void* first = arena.allocate(100'000);
  for (int i = 1; i < 100; ++i) arena.allocate(100'000);
  EXPECT_EQ(arena.capacity(), capacity);
  arena.reset();
  EXPECT_EQ(arena.allocate(100'000), first);
}

TEST(Gradients, ADenseWriteAfterColumnsKeepsThemAndClearsTheRest) {
  ParameterStore store;
  store.add("table", 2, 4, Initializer::zeros());
  Gradients gradients(store);
  gradients[0].value.fill(99);  // of an earlier step
  const real values[] = {1, 2};
  gradients.add_to_column(0, 2, 1, values);
  EXPECT_EQ(gradients.begin_dense(0), 1);
  EXPECT_TRUE(gradients[0].dense);
  const Matrix expected = {{0, 0, 1, 0}, {0, 0, 2, 0}};
  EXPECT_TRUE(arma::approx_equal(gradients[0].value, expected, "absdiff", 0));
  EXPECT_EQ(gradients.begin_dense(0), 1);
}

TEST(Gradients, ClearForgetsWhatWasTouched) {
  ParameterStore store;
  store.add("table", 2, 4, Initializer::zeros());
  Gradients gradients(store);
  const real values[] = {5, 0};
  gradients.add_to_column(0, 3, 1, values);
  gradients.add_to_column(0, 1, 1, values);
  gradients.finish();
  EXPECT_EQ(gradients[0].columns, (std::vector<std::uint32_t>{1, 3}));
  gradients.clear();
  EXPECT_FALSE(gradients[0].touched());
  EXPECT_EQ(gradients.norm(), 0);
  gradients.add_to_column(0, 3, 2, values);
  EXPECT_EQ(gradients[0].value(0, 3), 10);
}

TEST(Gradients, NormAndScaleSeeOnlyWhatWasTouched) {
  ParameterStore store;
  store.add("table", 2, 3, Initializer::zeros());
  store.add("weight", 1, 2, Initializer::zeros());
  Gradients gradients(store);
  gradients[0].value.fill(1000);
  const real values[] = {0, 3};
  gradients.add_to_column(0, 1, 1, values);
  gradients.begin_dense(1);
  gradients[1].value = Matrix{{4, 12}};
  EXPECT_NEAR(gradients.norm(), 13, 1e-6);
  gradients.scale(real(0.5));
  EXPECT_NEAR(gradients.norm(), 6.5, 1e-6);
  EXPECT_EQ(gradients[0].value(1, 1), real(1.5));
}

TEST(Tape, AnsweringRecordsNothing) {
  ParameterStore store;
  Parameter& weight = store.add("weight", 3, 4, Initializer::glorot());
  store.initialize(1);
  const Matrix x = filled(4, 5, 2);
  Tape tape;
  EXPECT_FALSE(tape.training());
  Var y = activate(tape, affine(tape, tape.parameter(weight), tape.variable(x)), Activation::tanh);
  EXPECT_FALSE(y.needs_gradient());
  const std::vector<int> targets(5, 1);
  Var loss = softmax_cross_entropy(tape, y, targets.data());
  EXPECT_THROW(tape.backward(loss), std::logic_error);
}

TEST(Tape, TrainingAndAnsweringAgreeToTheBit) {
  ParameterStore store;
  Parameter& weight = store.add("weight", 3, 4, Initializer::glorot());
  store.initialize(1);
  const Matrix x = filled(4, 5, 2);
  Gradients gradients(store);
  RandomStream noise(1, "dropout");
  Tape training(gradients, noise), answering;
  const auto run = [&](Tape& tape) -> Matrix {
    Var y = affine(tape, tape.parameter(weight), tape.constant(x));
    return softmax(tape, activate(tape, y, Activation::gelu)).value();
  };
  const Matrix trained = run(training), answered = run(answering);
  EXPECT_TRUE(arma::approx_equal(trained, answered, "absdiff", 0));
}

TEST(Tape, BackwardWantsAScalar) {
  ParameterStore store;
  Parameter& weight = store.add("weight", 3, 4, Initializer::glorot());
  store.initialize(1);
  Gradients gradients(store);
  RandomStream noise(1, "dropout");
  Tape tape(gradients, noise);
  EXPECT_THROW(tape.backward(tape.parameter(weight)), std::logic_error);
}

// A value that takes no part in the loss gets no gradient, and what made it does not run.
TEST(Tape, OnlyWhatTheLossDependsOnHasAGradient) {
  ParameterStore store;
  Parameter& used = store.add("used", 1, 1, Initializer::constant(2));
  Parameter& unused = store.add("unused", 1, 1, Initializer::constant(3));
  store.initialize(1);
  Gradients gradients(store);
  RandomStream noise(1, "dropout");
  Tape tape(gradients, noise);
  Var a = tape.parameter(used), b = tape.parameter(unused);
  Var side = multiply(tape, b, b);
  tape.backward(multiply(tape, a, a));
  EXPECT_EQ(side.gradient(), nullptr);
  EXPECT_FALSE(gradients[1].touched());
  EXPECT_EQ(gradients[0].value(0, 0), 4);
}

// The whole of a recurrent net, forward, from a const store.
Matrix answer(const ParameterStore& store, const std::vector<int>& ids, SequenceShape shape) {
  Tape tape;
  Var x = lookup(tape, store[0], ids.data(), ids.size());
  Var hidden = lstm(tape, x, tape.parameter(store[1]), tape.parameter(store[2]),
                    tape.parameter(store[3]), {}, {}, shape)
                   .hidden;
  Var pooled = mean_over_time(tape, hidden, shape);
  return softmax(tape, affine_transposed(tape, tape.parameter(store[0]), pooled)).value();
}

TEST(Tape, ThreadsShareAConstModel) {
  constexpr Index kSize = 24;
  ParameterStore filling;
  filling.add("table", kSize, 50, Initializer::normal(1));
  filling.add("input", 4 * kSize, kSize, Initializer::glorot(4));
  filling.add("recurrent", 4 * kSize, kSize, Initializer::orthogonal(4));
  filling.add("bias", 4 * kSize, 1, Initializer::zeros());
  filling.initialize(3);
  const ParameterStore& store = filling;

  const std::vector<int> lengths = {7, 3, 0, 5};
  const SequenceShape shape{7, 4, lengths.data()};
  std::vector<std::vector<int>> questions(8);
  RandomStream random(1, "ids");
  for (auto& ids : questions)
    for (Index i = 0; i < shape.columns(); ++i) ids.push_back(static_cast<int>(random.below(50)));

  std::vector<Matrix> expected;
  for (const auto& ids : questions) expected.push_back(answer(store, ids, shape));
  int different[2] = {0, 0};
  const auto ask = [&](int& wrong) {
    for (int round = 0; round < 20; ++round)
      for (std::size_t i = 0; i < questions.size(); ++i)
        if (!arma::approx_equal(answer(store, questions[i], shape), expected[i], "absdiff", 0))
          ++wrong;
  };
  std::thread other([&] { ask(different[0]); });
  ask(different[1]);
  other.join();
  EXPECT_EQ(different[0], 0);
  EXPECT_EQ(different[1], 0);
}

}  // namespace
}  // namespace weft
