// The activations as functions of arrays. Private to this folder.
#pragma once

#include <cstddef>

#include "models/core/ops.h"

namespace weft {

/// Whether the gradient is computed from the sums before the activation; else from its results.
inline bool gradient_needs_sums(Activation activation) {
  return activation == Activation::softplus || activation == Activation::gelu;
}

/// y = f(x) of n numbers; x and y may be the same. noisy_relu: without noise.
void apply_activation(Activation activation, std::size_t n, const real* x, real* y);

/// dx = f'(x) dy + beta · dx. `x` is read where gradient_needs_sums(), `y` elsewhere.
void activation_gradient(Activation activation, std::size_t n, const real* x, const real* y,
                         const real* dy, real beta, real* dx);

}  // namespace weft
