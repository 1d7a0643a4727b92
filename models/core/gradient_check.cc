#include "models/core/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace weft {
namespace {

class Checker {
 public:
  Checker(ParameterStore& store, const std::vector<Matrix*>& inputs, const CheckedLoss& loss,
          const GradientCheckOptions& options)
      : store_(store),
        inputs_(inputs),
        loss_(loss),
        options_(options),
        gradients_(store),
        noise_(options.noise_seed, "gradient check"),
        start_(noise_.state()),
        tape_(gradients_, noise_) {}

  GradientCheckReport run() {
    const std::vector<Matrix> analytic = analytic_gradients();
    for (std::size_t i = 0; i < store_.size(); ++i)
      compare(store_[i].name, store_[i].value, analytic[i]);
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      compare("input " + std::to_string(i), *inputs_[i], analytic[store_.size() + i]);
    return report_;
  }

 private:
  Var forward() {
    tape_.reset();
    noise_.set_state(start_);
    variables_.clear();
    for (const Matrix* input : inputs_) variables_.push_back(tape_.variable(*input));
    return loss_(tape_, variables_);
  }

  double evaluate() { return static_cast<double>(forward().value()(0, 0)); }

  // Parameters first, then inputs. What a pass forgets to write shows up: gradients start as NaN,
  // and the pass that counts is the second, in memory that still holds the numbers of the first.
  std::vector<Matrix> analytic_gradients() {
    for (int pass = 0; pass < 2; ++pass) {
      const Var loss = forward();
      for (std::size_t i = 0; i < gradients_.size(); ++i)
        gradients_[i].value.fill(std::numeric_limits<real>::quiet_NaN());
      tape_.backward(loss);
    }
    std::vector<Matrix> result;
    for (std::size_t i = 0; i < gradients_.size(); ++i) result.push_back(whole(gradients_[i]));
    for (const Var& variable : variables_) {
      result.emplace_back(variable.rows(), variable.cols(), arma::fill::zeros);
      if (variable.gradient()) result.back() = *variable.gradient();
    }
    return result;
  }

  static Matrix whole(const Gradient& gradient) {
    if (gradient.dense) return gradient.value;
    Matrix result(gradient.value.n_rows, gradient.value.n_cols, arma::fill::zeros);
    for (std::uint32_t column : gradient.columns) result.col(column) = gradient.value.col(column);
    return result;
  }

  double numeric_gradient(real& number) {
    const real centre = number;
    const double h = options_.step;
    const auto at = [&](double offset) {
      number = static_cast<real>(static_cast<double>(centre) + offset);
      return evaluate();
    };
    const double inner = at(h) - at(-h), outer = at(2 * h) - at(-2 * h);
    number = centre;
    return (8 * inner - outer) / (12 * h);
  }

  void compare(const std::string& name, Matrix& values, const Matrix& analytic) {
    for (Index j = 0; j < values.n_cols; ++j)
      for (Index i = 0; i < values.n_rows; ++i) {
        const double a = static_cast<double>(analytic(i, j));
        const double n = numeric_gradient(values(i, j));
        double error = std::abs(a - n) / std::max({std::abs(a), std::abs(n), options_.floor});
        if (std::isnan(error)) error = std::numeric_limits<double>::infinity();
        if (report_.checked++ == 0 || error > report_.worst) {
          report_.worst = error;
          report_.name = name;
          report_.row = i, report_.column = j;
          report_.analytic = a, report_.numeric = n;
        }
      }
  }

  ParameterStore& store_;
  const std::vector<Matrix*>& inputs_;
  const CheckedLoss& loss_;
  const GradientCheckOptions options_;
  Gradients gradients_;
  RandomStream noise_;
  const RandomStream::State start_;
  Tape tape_;
  std::vector<Var> variables_;
  GradientCheckReport report_;
};

}  // namespace

std::string GradientCheckReport::describe() const {
  std::ostringstream text;
  text.precision(12);
  text << "worst relative error " << worst << " at " << name << '(' << row << ", " << column
       << "): analytic " << analytic << ", numeric " << numeric << "; " << checked
       << " numbers compared";
  return text.str();
}

GradientCheckReport check_gradients(ParameterStore& store, const std::vector<Matrix*>& inputs,
                                    const CheckedLoss& loss, GradientCheckOptions options) {
  return Checker(store, inputs, loss, options).run();
}

}  // namespace weft
