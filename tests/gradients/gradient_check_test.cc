#include "gradient_testing.h"

namespace weft {
namespace {

// y = x³ with a backward pass that is `factor` times the right one.
Var cube(Tape& tape, Var x, real factor) {
  Var y = tape.output(x.rows(), x.cols(), {x});
  tape.value(y) = arma::pow(x.value(), 3);
  tape.record(y, [=](Tape& t) {
    if (auto target = t.target(x)) target.add(factor * 3 * arma::square(x.value()) % *y.gradient());
  });
  return y;
}

TEST(GradientCheck, PassesACorrectBackward) {
  Matrix x = random_matrix(3, 4, 1);
  ParameterStore none;
  const auto report = check_gradients(none, {&x}, [](Tape& tape, const std::vector<Var>& inputs) {
    return projected(tape, cube(tape, inputs[0], 1));
  });
  EXPECT_LT(report.worst, 1e-8) << report.describe();
  EXPECT_EQ(report.checked, 12u);
}

TEST(GradientCheck, FindsABackwardThatIsOffByAMillionth) {
  Matrix x = random_matrix(3, 4, 1);
  ParameterStore none;
  const auto report = check_gradients(none, {&x}, [](Tape& tape, const std::vector<Var>& inputs) {
    return projected(tape, cube(tape, inputs[0], 1 + 5e-6));
  });
  EXPECT_GT(report.worst, 2e-6) << report.describe();
}

TEST(GradientCheck, NamesTheWorstNumber) {
  ParameterStore store;
  Parameter& right = add_parameter(store, "right", 2, 2);
  Parameter& wrong = add_parameter(store, "wrong", 3, 2);
  const auto report = check_gradients(store, {}, [&](Tape& tape, const std::vector<Var>&) {
    Var a = projected(tape, tape.parameter(right));
    Var b = tape.parameter(wrong);
    Var y = tape.output(1, 1, {b});
    tape.value(y)(0, 0) = b.value()(2, 1) + b.value()(0, 0);
    tape.record(y, [=](Tape& t) {
      auto target = t.target(b);
      target.matrix->zeros();
      (*target.matrix)(0, 0) = 1;  // (2, 1) is forgotten
    });
    return add(tape, a, y);
  });
  EXPECT_EQ(report.name, "wrong");
  EXPECT_EQ(report.row, 2u);
  EXPECT_EQ(report.column, 1u);
  EXPECT_NEAR(report.numeric, 1, 1e-9);
  EXPECT_EQ(report.analytic, 0);
}

// A backward that adds where it should assign only shows up in memory that is not zero.
TEST(GradientCheck, FindsABackwardThatAddsToStaleMemory) {
  Matrix x = random_matrix(3, 4, 1);
  ParameterStore none;
  const auto report = check_gradients(none, {&x}, [](Tape& tape, const std::vector<Var>& inputs) {
    Var in = inputs[0];
    Var y = tape.output(in.rows(), in.cols(), {in});
    tape.value(y) = in.value();
    tape.record(y, [=](Tape& t) { *t.target(in).matrix += *y.gradient(); });
    return projected(tape, y);
  });
  EXPECT_GT(report.worst, 0.1) << report.describe();
}

TEST(GradientCheck, LeavesParametersAsTheyWere) {
  ParameterStore store;
  Parameter& parameter = add_parameter(store, "p", 3, 2);
  const Matrix before = parameter.value;
  check_gradients(store, {}, [&](Tape& tape, const std::vector<Var>&) {
    return projected(tape, tape.parameter(parameter));
  });
  EXPECT_TRUE(arma::all(arma::vectorise(before == parameter.value)));
}

}  // namespace
}  // namespace weft
