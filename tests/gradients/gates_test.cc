// LSTM, GRU and Elman network against closed forms, a gate at a time: one unit, one input, weights
// chosen so that a single gate depends on the input (or on the state) and the others are constants.

#include <cmath>
#include <functional>

#include "gradient_testing.h"

namespace weft {
namespace {

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double logistic_slope(double x) { return logistic(x) * (1 - logistic(x)); }
double tanh_slope(double x) { return 1 - std::tanh(x) * std::tanh(x); }

constexpr double kX = 0.8, kH0 = -0.6, kC0 = 0.9;  // input and initial state
constexpr double kWeight = 1.3;                    // of the gate that varies

// Whether the gate that varies listens to the input or to the state before.
enum class Listens { input, state };

// One step of one unit, with the derivatives of its output by input and initial state.
struct Step {
  double h, c, dx, dh0, dc0;
};

Matrix scalar(double number) { return Matrix(1, 1, arma::fill::value(number)); }

Matrix gate_column(std::size_t gates, std::size_t gate) {
  Matrix column(gates, 1, arma::fill::zeros);
  column(gate, 0) = kWeight;
  return column;
}

Step lstm_step(std::size_t gate, Listens listens, const Matrix& biases, bool from_cell = false) {
  ParameterStore none;
  Gradients gradients(none);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  const Matrix zero(4, 1, arma::fill::zeros), weight = gate_column(4, gate);
  const Matrix x = scalar(kX), h0 = scalar(kH0), c0 = scalar(kC0);
  Var in = tape.variable(x), hidden = tape.variable(h0), cell = tape.variable(c0);
  const RecurrentResult result =
      lstm(tape, in, tape.variable(listens == Listens::input ? weight : zero),
           tape.variable(listens == Listens::state ? weight : zero), tape.variable(biases), hidden,
           cell, {1, 1, nullptr});
  tape.backward(from_cell ? result.final_cell : result.final_hidden);
  return {result.final_hidden.value()(0, 0), result.final_cell.value()(0, 0),
          (*in.gradient())(0, 0), (*hidden.gradient())(0, 0), (*cell.gradient())(0, 0)};
}

Step gru_step(std::size_t gate, Listens listens, const Matrix& b, const Matrix& d) {
  ParameterStore none;
  Gradients gradients(none);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  const Matrix zero(3, 1, arma::fill::zeros), weight = gate_column(3, gate);
  const Matrix x = scalar(kX), h0 = scalar(kH0);
  Var in = tape.variable(x), hidden = tape.variable(h0);
  const RecurrentResult result =
      gru(tape, in, tape.variable(listens == Listens::input ? weight : zero),
          tape.variable(listens == Listens::state ? weight : zero), tape.variable(b),
          tape.variable(d), hidden, {1, 1, nullptr});
  tape.backward(result.final_hidden);
  return {result.final_hidden.value()(0, 0), 0, (*in.gradient())(0, 0), (*hidden.gradient())(0, 0),
          0};
}

constexpr double kNear = 1e-14;

// Rows i f g o. The biases hold the gates that do not vary at σ(0.4), σ(−0.3), tanh(0.7), σ(1.1).
const Matrix kLstmBiases = arma::vec{0.4, -0.3, 0.7, 1.1};
const double kI = logistic(0.4), kF = logistic(-0.3), kG = std::tanh(0.7), kO = logistic(1.1);

class LstmGates : public testing::TestWithParam<Listens> {
 protected:
  // What the gate that varies receives beside its bias.
  double drive() const { return kWeight * (GetParam() == Listens::input ? kX : kH0); }
  // The derivative by that input is found at x or at h0; the other one is zero.
  void expect_derivative(const Step& step, double expected) const {
    const bool input = GetParam() == Listens::input;
    EXPECT_NEAR(input ? step.dx : step.dh0, kWeight * expected, kNear);
    EXPECT_NEAR(input ? step.dh0 : step.dx, 0, kNear);
  }
};

TEST_P(LstmGates, InputGate) {
  const Step step = lstm_step(0, GetParam(), kLstmBiases);
  const double sum = 0.4 + drive();
  const double c = kF * kC0 + logistic(sum) * kG;
  EXPECT_NEAR(step.c, c, kNear);
  EXPECT_NEAR(step.h, kO * std::tanh(c), kNear);
  expect_derivative(step, kO * tanh_slope(c) * kG * logistic_slope(sum));
  EXPECT_NEAR(step.dc0, kO * tanh_slope(c) * kF, kNear);
}

TEST_P(LstmGates, ForgetGate) {
  const Step step = lstm_step(1, GetParam(), kLstmBiases);
  const double sum = -0.3 + drive();
  const double c = logistic(sum) * kC0 + kI * kG;
  EXPECT_NEAR(step.c, c, kNear);
  EXPECT_NEAR(step.h, kO * std::tanh(c), kNear);
  expect_derivative(step, kO * tanh_slope(c) * kC0 * logistic_slope(sum));
  EXPECT_NEAR(step.dc0, kO * tanh_slope(c) * logistic(sum), kNear);
}

TEST_P(LstmGates, Candidate) {
  const Step step = lstm_step(2, GetParam(), kLstmBiases);
  const double sum = 0.7 + drive();
  const double c = kF * kC0 + kI * std::tanh(sum);
  EXPECT_NEAR(step.c, c, kNear);
  EXPECT_NEAR(step.h, kO * std::tanh(c), kNear);
  expect_derivative(step, kO * tanh_slope(c) * kI * tanh_slope(sum));
}

TEST_P(LstmGates, OutputGate) {
  const Step step = lstm_step(3, GetParam(), kLstmBiases);
  const double sum = 1.1 + drive();
  const double c = kF * kC0 + kI * kG;
  EXPECT_NEAR(step.c, c, kNear);
  EXPECT_NEAR(step.h, logistic(sum) * std::tanh(c), kNear);
  expect_derivative(step, std::tanh(c) * logistic_slope(sum));
}

// The cell is what the next step sees: its own derivative knows nothing of the output gate.
TEST_P(LstmGates, OutputGateDoesNotReachTheCell) {
  const Step step = lstm_step(3, GetParam(), kLstmBiases, true);
  expect_derivative(step, 0);
  EXPECT_NEAR(step.dc0, kF, kNear);
}

INSTANTIATE_TEST_SUITE_P(ListensTo, LstmGates, testing::Values(Listens::input, Listens::state),
                         [](const auto& test) {
                           return test.param == Listens::input ? "Input" : "State";
                         });

// Rows r z n, input biases b and recurrent biases d.
const Matrix kGruB = arma::vec{0.2, -0.5, 0.3}, kGruD = arma::vec{0.1, 0.15, -0.9};
const double kR = logistic(0.2 + 0.1), kZ = logistic(-0.5 + 0.15);

TEST(GruGates, ResetGateFromTheInput) {
  const Step step = gru_step(0, Listens::input, kGruB, kGruD);
  const double sum = 0.2 + 0.1 + kWeight * kX;
  const double n_sum = 0.3 + logistic(sum) * -0.9;
  EXPECT_NEAR(step.h, (1 - kZ) * std::tanh(n_sum) + kZ * kH0, kNear);
  EXPECT_NEAR(step.dx, (1 - kZ) * tanh_slope(n_sum) * -0.9 * logistic_slope(sum) * kWeight, kNear);
  EXPECT_NEAR(step.dh0, kZ, kNear);
}

TEST(GruGates, ResetGateFromTheState) {
  const Step step = gru_step(0, Listens::state, kGruB, kGruD);
  const double sum = 0.2 + 0.1 + kWeight * kH0;
  const double n_sum = 0.3 + logistic(sum) * -0.9;
  EXPECT_NEAR(step.h, (1 - kZ) * std::tanh(n_sum) + kZ * kH0, kNear);
  EXPECT_NEAR(step.dh0, (1 - kZ) * tanh_slope(n_sum) * -0.9 * logistic_slope(sum) * kWeight + kZ,
              kNear);
  EXPECT_NEAR(step.dx, 0, kNear);
}

TEST(GruGates, UpdateGateFromTheInput) {
  const Step step = gru_step(1, Listens::input, kGruB, kGruD);
  const double sum = -0.5 + 0.15 + kWeight * kX, n = std::tanh(0.3 + kR * -0.9);
  EXPECT_NEAR(step.h, (1 - logistic(sum)) * n + logistic(sum) * kH0, kNear);
  EXPECT_NEAR(step.dx, (kH0 - n) * logistic_slope(sum) * kWeight, kNear);
  EXPECT_NEAR(step.dh0, logistic(sum), kNear);
}

TEST(GruGates, UpdateGateFromTheState) {
  const Step step = gru_step(1, Listens::state, kGruB, kGruD);
  const double sum = -0.5 + 0.15 + kWeight * kH0, n = std::tanh(0.3 + kR * -0.9);
  EXPECT_NEAR(step.h, (1 - logistic(sum)) * n + logistic(sum) * kH0, kNear);
  EXPECT_NEAR(step.dh0, (kH0 - n) * logistic_slope(sum) * kWeight + logistic(sum), kNear);
}

TEST(GruGates, CandidateFromTheInput) {
  const Step step = gru_step(2, Listens::input, kGruB, kGruD);
  const double sum = 0.3 + kWeight * kX + kR * -0.9;
  EXPECT_NEAR(step.h, (1 - kZ) * std::tanh(sum) + kZ * kH0, kNear);
  EXPECT_NEAR(step.dx, (1 - kZ) * tanh_slope(sum) * kWeight, kNear);
}

// The reset gate comes after the product: it scales U h + d, not h alone.
TEST(GruGates, CandidateFromTheState) {
  const Step step = gru_step(2, Listens::state, kGruB, kGruD);
  const double sum = 0.3 + kR * (kWeight * kH0 - 0.9);
  EXPECT_NEAR(step.h, (1 - kZ) * std::tanh(sum) + kZ * kH0, kNear);
  EXPECT_NEAR(step.dh0, (1 - kZ) * tanh_slope(sum) * kR * kWeight + kZ, kNear);
}

// Two steps of h = tanh(w x + b + u h).
TEST(RnnGates, TwoStepsByHand) {
  const Matrix x = {{0.8, -0.4}}, W = scalar(1.3), U = scalar(-0.7), b = scalar(0.1),
               h0 = scalar(-0.6);
  ParameterStore none;
  Gradients gradients(none);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  Var in = tape.variable(x), u = tape.variable(U), start = tape.variable(h0);
  const RecurrentResult result =
      rnn(tape, in, tape.variable(W), u, tape.variable(b), start, {2, 1, nullptr});
  tape.backward(result.final_hidden);
  const double first = std::tanh(1.3 * 0.8 + 0.1 - 0.7 * -0.6);
  const double second = std::tanh(1.3 * -0.4 + 0.1 - 0.7 * first);
  EXPECT_NEAR(result.hidden.value()(0, 0), first, kNear);
  EXPECT_NEAR(result.hidden.value()(0, 1), second, kNear);
  const double d_second = 1 - second * second, d_first = d_second * -0.7 * (1 - first * first);
  EXPECT_NEAR((*in.gradient())(0, 1), d_second * 1.3, kNear);
  EXPECT_NEAR((*in.gradient())(0, 0), d_first * 1.3, kNear);
  EXPECT_NEAR((*start.gradient())(0, 0), d_first * -0.7, kNear);
  EXPECT_NEAR((*u.gradient())(0, 0), d_second * first + d_first * -0.6, kNear);
}

}  // namespace
}  // namespace weft
