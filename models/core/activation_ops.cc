// Activations, element by element, and softmax over the rows of each column.

#include <algorithm>
#include <cmath>

#include "models/core/activation_functions.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"

namespace weft {
namespace {

// y = max(0, x + ε sqrt(σ(x))), ε standard normal and held fixed for the gradient:
//   dy/dx = 1 + ε/2 · sqrt(σ(x)) (1 − σ(x))  where y > 0.
// The normal numbers are drawn one after the other, so the result is the same on any number of
// threads.
Var noisy_relu(Tape& tape, Var x) {
  const std::size_t n = x.value().n_elem;
  Var y = tape.output(x.rows(), x.cols(), {x});
  const real* in = x.value().memptr();
  real* out = tape.value(y).memptr();
  real* slopes = tape.scratch_array<real>(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double noise = tape.noise().normal();
    const double variance = 1 / (1 + std::exp(-static_cast<double>(in[i])));
    const double sum = static_cast<double>(in[i]) + noise * std::sqrt(variance);
    out[i] = static_cast<real>(std::max(0.0, sum));
    slopes[i] =
        sum > 0 ? static_cast<real>(1 + 0.5 * noise * std::sqrt(variance) * (1 - variance)) : 0;
  }
  tape.record(y, [=](Tape& t) {
    if (auto target = t.target(x))
      kernels::elementwise().multiply(n, y.gradient()->memptr(), slopes, target.beta,
                                      target.matrix->memptr());
  });
  return y;
}

}  // namespace

Var activate(Tape& tape, Var x, Activation activation) {
  if (activation == Activation::linear) return x;
  if (activation == Activation::noisy_relu && tape.training()) return noisy_relu(tape, x);
  const std::size_t n = x.value().n_elem;
  Var y = tape.output(x.rows(), x.cols(), {x});
  real* out = tape.value(y).memptr();
  kernels::parallel_for(n, kernels::kPassGrain, [&](std::size_t begin, std::size_t end) {
    apply_activation(activation, end - begin, x.value().memptr() + begin, out + begin);
  });
  tape.record(y, [=](Tape& t) {
    const auto target = t.target(x);
    if (!target) return;
    kernels::parallel_for(n, kernels::kPassGrain, [&](std::size_t begin, std::size_t end) {
      activation_gradient(activation, end - begin, x.value().memptr() + begin,
                          y.value().memptr() + begin, y.gradient()->memptr() + begin, target.beta,
                          target.matrix->memptr() + begin);
    });
  });
  return y;
}

Var softmax(Tape& tape, Var x) {
  const Index M = x.rows(), N = x.cols();
  Var y = tape.output(M, N, {x});
  Matrix& probabilities = tape.value(y);
  kernels::parallel_for(N, kernels::columns_of_a_pass(M), [&](std::size_t begin, std::size_t end) {
    const auto& kernel = kernels::elementwise();
    for (std::size_t n = begin; n < end; ++n) {
      const real* logits = x.value().colptr(n);
      const real log_sum = static_cast<real>(kernel.log_sum_exp(M, logits));
      kernel.scaled_exp(M, 1, log_sum, logits, 0, probabilities.colptr(n));
    }
  });
  tape.record(y, [=](Tape& t) {  // dx = y ∘ (dy − Σ y dy)
    const auto target = t.target(x);
    if (!target) return;
    kernels::parallel_for(N, kernels::columns_of_a_pass(M),
                          [&](std::size_t begin, std::size_t end) {
                            const auto& kernel = kernels::elementwise();
                            for (std::size_t n = begin; n < end; ++n) {
                              const real* p = y.value().colptr(n);
                              const real* dy = y.gradient()->colptr(n);
                              real* dx = target.matrix->colptr(n);
                              kernel.multiply(M, p, dy, target.beta, dx);
                              kernel.axpby(M, -kernel.dot(M, p, dy), p, 1, dx);
                            }
                          });
  });
  return y;
}

}  // namespace weft
