// The kernels as they are written on paper. The fast tables are tested against these, and the
// double build runs on them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "models/core/kernels/bf16_rounding.h"
#include "models/core/kernels/dropout_mask.h"
#include "models/core/kernels/elementwise.h"

namespace weft::kernels {
namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real largest = std::numeric_limits<real>::max();

/// value + beta · old, where an old value is not looked at if beta is 0: it may be NaN.
real plus(real value, real beta, real old) { return beta == 0 ? value : value + beta * old; }

// ---- Activations.

real logistic(real x) { return 1 / (1 + std::exp(-x)); }

// By the complementary error function: 1 + erf would cancel for negative x. In double, as the error
// of the argument grows with it.
real normal_cdf(real x) { return static_cast<real>(std::erfc(-x / std::sqrt(2.0)) / 2); }

real normal_density(real x) {
  return static_cast<real>(std::exp(-0.5 * x * x) / std::sqrt(2 * std::acos(-1.0)));
}

void sigmoid(std::size_t n, const real* x, real* y) { std::transform(x, x + n, y, logistic); }

void tanh(std::size_t n, const real* x, real* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = std::tanh(x[i]);
}

void relu(std::size_t n, real slope, const real* x, real* y) {
  // No product with a slope of 0: −∞ gives 0.
  for (std::size_t i = 0; i < n; ++i) y[i] = x[i] < 0 ? (slope == 0 ? 0 : slope * x[i]) : x[i];
}

void softplus(std::size_t n, const real* x, real* y) {
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = std::max(x[i], real{0}) + std::log1p(std::exp(-std::abs(x[i])));
  }
}

void gelu(std::size_t n, const real* x, real* y) {
  for (std::size_t i = 0; i < n; ++i) {
    y[i] = std::max(x[i], -largest) * normal_cdf(x[i]);  // −∞ · 0 would be NaN
  }
}

void exp(std::size_t n, const real* x, real* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = std::exp(x[i]);
}

void sigmoid_backward(std::size_t n, const real* y, const real* dy, real beta, real* dx) {
  for (std::size_t i = 0; i < n; ++i) dx[i] = plus(dy[i] * y[i] * (1 - y[i]), beta, dx[i]);
}

void tanh_backward(std::size_t n, const real* y, const real* dy, real beta, real* dx) {
  for (std::size_t i = 0; i < n; ++i) dx[i] = plus(dy[i] * (1 - y[i] * y[i]), beta, dx[i]);
}

void relu_backward(std::size_t n, real slope, const real* y, const real* dy, real beta, real* dx) {
  for (std::size_t i = 0; i < n; ++i) dx[i] = plus(y[i] > 0 ? dy[i] : slope * dy[i], beta, dx[i]);
}

void softplus_backward(std::size_t n, const real* x, const real* dy, real beta, real* dx) {
  for (std::size_t i = 0; i < n; ++i) dx[i] = plus(dy[i] * logistic(x[i]), beta, dx[i]);
}

void gelu_backward(std::size_t n, const real* x, const real* dy, real beta, real* dx) {
  for (std::size_t i = 0; i < n; ++i) {
    const real finite = std::clamp(x[i], -largest, largest);
    const real slope = normal_cdf(x[i]) + finite * normal_density(x[i]);
    dx[i] = plus(dy[i] * slope, beta, dx[i]);
  }
}

// ---- Arithmetic.

void axpby(std::size_t n, real alpha, const real* x, real beta, real* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = plus(alpha * x[i], beta, y[i]);
}

void multiply(std::size_t n, const real* x, const real* w, real beta, real* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = plus(x[i] * w[i], beta, y[i]);
}

real dot(std::size_t n, const real* x, const real* y) {
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) total += static_cast<double>(x[i]) * y[i];
  return static_cast<real>(total);
}

void few_columns(std::size_t M, std::size_t N, std::size_t K, const real* W, std::size_t ldw,
                 const real* X, std::size_t ldx, real* Y, std::size_t ldy) {
  for (std::size_t n = 0; n < N; ++n)
    for (std::size_t k = 0; k < K; ++k)
      for (std::size_t m = 0; m < M; ++m) Y[n * ldy + m] += W[k * ldw + m] * X[n * ldx + k];
}

double sum_of_squares(std::size_t n, const real* x) {
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) total += static_cast<double>(x[i]) * x[i];
  return total;
}

double sum(std::size_t n, const real* x) {
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) total += x[i];
  return total;
}

// ---- Softmax.

real max(std::size_t n, const real* x) {
  real largest_yet = -infinity;
  for (std::size_t i = 0; i < n; ++i) largest_yet = std::max(largest_yet, x[i]);
  return largest_yet;
}

double log_sum_exp(std::size_t n, const real* x) {
  const real largest_of_all = max(n, x);
  const real shift = std::isfinite(largest_of_all) ? largest_of_all : 0;  // ∞ − ∞ would be NaN
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) total += std::exp(x[i] - shift);
  return shift + std::log(total);
}

void scaled_exp(std::size_t n, real scale, real shift, const real* x, real beta, real* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = plus(scale * std::exp(x[i] - shift), beta, y[i]);
}

double softmax_gradient(std::size_t n, real scale, real* z, real* sums) {
  const double log_sum = log_sum_exp(n, z);
  for (std::size_t i = 0; i < n; ++i) {
    z[i] = static_cast<real>(scale * std::exp(z[i] - log_sum));
    sums[i] += z[i];
  }
  return log_sum;
}

double exp_sum(std::size_t n, real shift, real* z) {
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    z[i] = std::exp(z[i] - shift);
    total += z[i];
  }
  return total;
}

void scale_and_add(std::size_t n, real scale, real* z, real* sums) {
  for (std::size_t i = 0; i < n; ++i) {
    z[i] *= scale;
    sums[i] += z[i];
  }
}

void log_add_exp(std::size_t n, real shift, const real* x, real* y) {
  for (std::size_t i = 0; i < n; ++i) {
    const real other = x[i] + shift;
    y[i] = std::max(y[i], other) + std::log1p(std::exp(-std::abs(y[i] - other)));
  }
}

// ---- Recurrent steps.

void lstm_forward(std::size_t H, real* gates, const real* c_prev, real* c, real* h) {
  real *i = gates, *f = i + H, *g = f + H, *o = g + H;
  for (std::size_t k = 0; k < H; ++k) {
    i[k] = logistic(i[k]);
    f[k] = logistic(f[k]);
    g[k] = std::tanh(g[k]);
    o[k] = logistic(o[k]);
    c[k] = f[k] * c_prev[k] + i[k] * g[k];
    h[k] = o[k] * std::tanh(c[k]);
  }
}

void lstm_backward(std::size_t H, real* gates, const real* c_prev, const real* c, const real* dh,
                   real* dc) {
  real *i = gates, *f = i + H, *g = f + H, *o = g + H;
  for (std::size_t k = 0; k < H; ++k) {
    const real tanh_c = std::tanh(c[k]);
    const real d_cell = dc[k] + dh[k] * o[k] * (1 - tanh_c * tanh_c);
    const real di = d_cell * g[k], df = d_cell * c_prev[k];
    const real dg = d_cell * i[k], d_o = dh[k] * tanh_c;
    dc[k] = d_cell * f[k];
    i[k] = di * i[k] * (1 - i[k]);
    f[k] = df * f[k] * (1 - f[k]);
    g[k] = dg * (1 - g[k] * g[k]);
    o[k] = d_o * o[k] * (1 - o[k]);
  }
}

real standardize(std::size_t n, real epsilon, real* x) {
  double mean = 0, variance = 0;
  for (std::size_t i = 0; i < n; ++i) mean += x[i];
  mean /= static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
  const double factor = 1 / std::sqrt(variance / static_cast<double>(n) + epsilon);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<real>((x[i] - mean) * factor);
  return static_cast<real>(factor);
}

void standardize_backward(std::size_t n, real factor, const real* y, real* dy) {
  double mean = 0, along = 0;
  for (std::size_t i = 0; i < n; ++i) {
    mean += dy[i];
    along += double{dy[i]} * double{y[i]};
  }
  mean /= static_cast<double>(n);
  along /= static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    dy[i] = static_cast<real>(factor * (dy[i] - mean - along * y[i]));
}

void gru_forward(std::size_t H, real* gates, const real* recurrent, const real* h_prev, real* h) {
  real *r = gates, *z = r + H, *n = z + H;
  for (std::size_t k = 0; k < H; ++k) {
    r[k] = logistic(r[k] + recurrent[k]);
    z[k] = logistic(z[k] + recurrent[H + k]);
    n[k] = std::tanh(n[k] + r[k] * recurrent[2 * H + k]);
    h[k] = (1 - z[k]) * n[k] + z[k] * h_prev[k];
  }
}

void gru_backward(std::size_t H, real* gates, real* recurrent, const real* h_prev, real* dh) {
  real *r = gates, *z = r + H, *n = z + H;
  for (std::size_t k = 0; k < H; ++k) {
    const real dn = dh[k] * (1 - z[k]) * (1 - n[k] * n[k]);
    const real dz = dh[k] * (h_prev[k] - n[k]) * z[k] * (1 - z[k]);
    const real dr = dn * recurrent[2 * H + k] * r[k] * (1 - r[k]);
    dh[k] *= z[k];
    recurrent[k] = dr;
    recurrent[H + k] = dz;
    recurrent[2 * H + k] = dn * r[k];
    r[k] = dr;
    z[k] = dz;
    n[k] = dn;
  }
}

void dropout(std::size_t n, std::uint64_t key, std::uint64_t first, real rate, const real* x,
             real beta, real* y) {
  const real scale = 1 / (1 - rate);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t index = first + i;
    const DropoutMask mask(key, static_cast<std::uint32_t>(index >> 32), rate);
    const real kept = mask.keep(static_cast<std::uint32_t>(index)) ? x[i] * scale : 0;
    y[i] = plus(kept, beta, y[i]);
  }
}

// ---- Rounding to bfloat16.

void to_bf16(std::size_t n, const real* x, std::uint16_t* y) {
  for (std::size_t i = 0; i < n; ++i)
    y[i] = static_cast<std::uint16_t>(bf16_bits(static_cast<float>(x[i])) >> 16);
}

void to_bf16_pairs(std::size_t n, const real* even, const real* odd, std::uint16_t* y) {
  for (std::size_t i = 0; i < n; ++i) {
    to_bf16(1, even + i, y + 2 * i);
    to_bf16(1, odd + i, y + 2 * i + 1);
  }
}

// ---- Around products of 8-bit integers.

real quantize(std::size_t n, const real* x, std::uint8_t* q) {
  real most = 0;
  for (std::size_t i = 0; i < n; ++i) most = std::max(most, std::abs(x[i]));
  const real factor = most > 0 ? 127 / most : 0;
  if (!std::isfinite(factor)) {  // too small to matter
    std::fill_n(q, n, std::uint8_t{kIntegerZero});
    return 0;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const real scaled = x[i] * factor;
    const real number = scaled == scaled ? scaled : 0;  // one that is none has no integer
    q[i] = static_cast<std::uint8_t>(static_cast<int>(number + (kIntegerZero + real(0.5))));
  }
  return most / 127;
}

void dequantize(std::size_t n, const std::int32_t* sums, const std::int32_t* weight_sums,
                real scale, const float* scales, real beta, real* y) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t exact = sums[i] - kIntegerZero * weight_sums[i];
    const real value = scale * static_cast<real>(scales[i]) * static_cast<real>(exact);
    y[i] = beta == 0 ? value : value + beta * y[i];
  }
}

// ---- Optimizers.

void momentum(std::size_t n, real rate, real mu, bool nesterov, const real* g, real* velocity,
              real* w) {
  for (std::size_t i = 0; i < n; ++i) {
    velocity[i] = mu * velocity[i] + g[i];
    w[i] -= rate * (nesterov ? g[i] + mu * velocity[i] : velocity[i]);
  }
}

void adagrad(std::size_t n, real rate, real epsilon, const real* g, real* squares, real* w) {
  for (std::size_t i = 0; i < n; ++i) {
    squares[i] += g[i] * g[i];
    w[i] -= rate * g[i] / (std::sqrt(squares[i]) + epsilon);
  }
}

void rmsprop(std::size_t n, real rate, real decay, real epsilon, const real* g, real* squares,
             real* w) {
  for (std::size_t i = 0; i < n; ++i) {
    squares[i] = decay * squares[i] + (1 - decay) * g[i] * g[i];
    w[i] -= rate * g[i] / (std::sqrt(squares[i]) + epsilon);
  }
}

void adam(std::size_t n, real rate, real beta1, real beta2, real second, real epsilon,
          const real* g, real* m, real* v, real* w) {
  for (std::size_t i = 0; i < n; ++i) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
    w[i] -= rate * m[i] / (second * std::sqrt(v[i]) + epsilon);
  }
}

}  // namespace

const Elementwise& reference() {
  static constexpr Elementwise table = {
      .name = "reference",
      .sigmoid = sigmoid,
      .tanh = tanh,
      .relu = relu,
      .softplus = softplus,
      .gelu = gelu,
      .exp = exp,
      .sigmoid_backward = sigmoid_backward,
      .tanh_backward = tanh_backward,
      .relu_backward = relu_backward,
      .softplus_backward = softplus_backward,
      .gelu_backward = gelu_backward,
      .axpby = axpby,
      .multiply = multiply,
      .dot = dot,
      .few_columns = few_columns,
      .sum_of_squares = sum_of_squares,
      .sum = sum,
      .max = max,
      .log_sum_exp = log_sum_exp,
      .scaled_exp = scaled_exp,
      .softmax_gradient = softmax_gradient,
      .exp_sum = exp_sum,
      .scale_and_add = scale_and_add,
      .log_add_exp = log_add_exp,
      .lstm_forward = lstm_forward,
      .lstm_backward = lstm_backward,
      .standardize = standardize,
      .standardize_backward = standardize_backward,
      .gru_forward = gru_forward,
      .gru_backward = gru_backward,
      .dropout = dropout,
      .to_bf16 = to_bf16,
      .to_bf16_pairs = to_bf16_pairs,
      .quantize = quantize,
      .dequantize = dequantize,
      .momentum = momentum,
      .adagrad = adagrad,
      .rmsprop = rmsprop,
      .adam = adam,
  };
  return table;
}

}  // namespace weft::kernels
