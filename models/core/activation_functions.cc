#include "models/core/activation_functions.h"

#include <algorithm>

#include "models/core/kernels/elementwise.h"

namespace weft {
namespace {

constexpr real kLeak = static_cast<real>(0.01);

}  // namespace

void apply_activation(Activation activation, std::size_t n, const real* x, real* y) {
  const auto& kernel = kernels::elementwise();
  switch (activation) {
    case Activation::linear:
      if (x != y) std::copy_n(x, n, y);
      break;
    case Activation::sigmoid:
      kernel.sigmoid(n, x, y);
      break;
    case Activation::tanh:
      kernel.tanh(n, x, y);
      break;
    case Activation::relu:
    case Activation::noisy_relu:
      kernel.relu(n, 0, x, y);
      break;
    case Activation::leaky_relu:
      kernel.relu(n, kLeak, x, y);
      break;
    case Activation::softplus:
      kernel.softplus(n, x, y);
      break;
    case Activation::gelu:
      kernel.gelu(n, x, y);
      break;
    case Activation::step:
      for (std::size_t i = 0; i < n; ++i) y[i] = x[i] > 0 ? real{1} : real{0};
      break;
  }
}

void activation_gradient(Activation activation, std::size_t n, const real* x, const real* y,
                         const real* dy, real beta, real* dx) {
  const auto& kernel = kernels::elementwise();
  switch (activation) {
    case Activation::linear:
      kernel.axpby(n, 1, dy, beta, dx);
      break;
    case Activation::sigmoid:
      kernel.sigmoid_backward(n, y, dy, beta, dx);
      break;
    case Activation::tanh:
      kernel.tanh_backward(n, y, dy, beta, dx);
      break;
    case Activation::relu:
    case Activation::noisy_relu:
      kernel.relu_backward(n, 0, y, dy, beta, dx);
      break;
    case Activation::leaky_relu:
      kernel.relu_backward(n, kLeak, y, dy, beta, dx);
      break;
    case Activation::softplus:
      kernel.softplus_backward(n, x, dy, beta, dx);
      break;
    case Activation::gelu:
      kernel.gelu_backward(n, x, dy, beta, dx);
      break;
    case Activation::step:
      if (beta == 0) std::fill_n(dx, n, real{0});
      break;
  }
}

}  // namespace weft
