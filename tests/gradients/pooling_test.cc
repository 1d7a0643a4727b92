// Pooling over time: gradients and values, over ragged sequences.

#include <cmath>
#include <limits>

#include "gradient_testing.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;
using Pooling = Var (*)(Tape&, Var, SequenceShape);

Var attention_by_a_row(Tape& tape, Var x, SequenceShape shape) {
  const Matrix row = random_matrix(1, x.rows(), 3);
  return attention_over_time(tape, x, affine(tape, copied(tape, row), x), shape);
}

class PoolingGradients : public testing::TestWithParam<std::pair<const char*, Pooling>> {};

// T is longer than every sequence; lengths are not sorted and one is 0.
TEST_P(PoolingGradients, RaggedSequences) {
  const std::vector<int> lengths = {3, 0, 5, 1};
  const SequenceShape shape{6, 4, lengths.data()};
  Matrix x = spread_matrix(3, shape.columns(), 1);
  expect_gradients({&x}, [&](Tape& tape, const Inputs& v) {
    Var once = GetParam().second(tape, v[0], shape);
    return add(tape, projected(tape, once), projected(tape, GetParam().second(tape, v[0], shape)));
  });
}

TEST_P(PoolingGradients, FullSequences) {
  const SequenceShape shape{4, 3, nullptr};
  Matrix x = spread_matrix(3, shape.columns(), 1);
  expect_gradients({&x}, [&](Tape& tape, const Inputs& v) {
    return projected(tape, GetParam().second(tape, v[0], shape));
  });
}

TEST_P(PoolingGradients, PaddingIsNeverRead) {
  const std::vector<int> lengths = {3, 0, 4, 1};
  const SequenceShape shape{6, 4, lengths.data()};
  Matrix x = random_matrix(3, shape.columns(), 1), y = x;
  for (int t = 0; t < 6; ++t)
    for (int b = 0; b < 4; ++b)
      if (t >= lengths[static_cast<std::size_t>(b)])
        y.col(static_cast<Index>(t * 4 + b)).fill(std::numeric_limits<real>::infinity());
  Tape tape;
  Var plain = GetParam().second(tape, tape.constant(x), shape);
  // Scores of attention at padded positions are infinite, too, or not a number.
  Var garbage = GetParam().second(tape, tape.constant(y), shape);
  expect_near(garbage.value(), plain.value(), 0, GetParam().first);
  EXPECT_TRUE(arma::all(plain.value().col(1) == 0)) << "an empty sequence gives zeros";
}

TEST_P(PoolingGradients, NoStepsAtAll) {
  const std::vector<int> lengths = {0, 0};
  Matrix x(3, 0);
  Tape tape;
  Var y = GetParam().second(tape, tape.constant(x), {0, 2, lengths.data()});
  expect_near(y.value(), Matrix(3, 2, arma::fill::zeros), 0, GetParam().first);
}

INSTANTIATE_TEST_SUITE_P(All, PoolingGradients,
                         testing::Values(std::pair{"last", &last_over_time},
                                         std::pair{"mean", &mean_over_time},
                                         std::pair{"max", &max_over_time},
                                         std::pair{"attention", &attention_by_a_row}),
                         [](const auto& test) { return std::string(test.param.first); });

TEST(AttentionGradients, ScoresAndValues) {
  const std::vector<int> lengths = {3, 0, 5, 1};
  const SequenceShape shape{6, 4, lengths.data()};
  Matrix x = random_matrix(3, shape.columns(), 1), scores = random_matrix(1, shape.columns(), 2);
  expect_gradients({&x, &scores}, [&](Tape& tape, const Inputs& v) {
    return projected(tape, attention_over_time(tape, v[0], v[1], shape));
  });
}

TEST(Pooling, ByHand) {
  // Two sequences of lengths 3 and 2, one feature.
  const std::vector<int> lengths = {3, 2};
  const SequenceShape shape{3, 2, lengths.data()};
  const Matrix x = {{1, -5, 4, -2, 1, 100}}, scores = {{0, 1, std::log(2.0), 1, 0, 100}};
  Tape tape;
  Var in = tape.constant(x);
  expect_near(last_over_time(tape, in, shape).value(), Matrix{{1, -2}}, 1e-15, "last");
  expect_near(mean_over_time(tape, in, shape).value(), Matrix{{2, -3.5}}, 1e-15, "mean");
  expect_near(max_over_time(tape, in, shape).value(), Matrix{{4, -2}}, 1e-15, "max");
  expect_near(attention_over_time(tape, in, tape.constant(scores), shape).value(),
              Matrix{{(1 + 2 * 4 + 1) / 4.0, -3.5}}, 1e-15, "attention");
}

TEST(Pooling, AttentionSurvivesHugeScores) {
  const Matrix x = {{1, 3}}, scores = {{1e4, 1e4 + std::log(3.0)}};
  Tape tape;
  Var y = attention_over_time(tape, tape.constant(x), tape.constant(scores), {2, 1, nullptr});
  EXPECT_NEAR(y.value()(0, 0), 2.5, 1e-9);
}

}  // namespace
}  // namespace weft
