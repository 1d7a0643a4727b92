// Element-wise kernels: a table of functions, one table for each instruction set. All are serial
// and work on contiguous arrays; whoever calls them splits the work over threads (parallel.h).
//
// `beta` in a backward function: dx = beta · dx + …; with beta 0 the old dx is not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/kernels/scalar.h"

namespace weft::kernels {

inline constexpr std::size_t kFewColumns = 8;
/// Stands for zero among unsigned inputs of integer products.
inline constexpr int kIntegerZero = 128;

struct Elementwise {
  const char* name;  // "reference", "portable", "avx2", "avx512"

  // Activations, y = f(x); x and y may be the same array.
  void (*sigmoid)(std::size_t n, const real* x, real* y);
  void (*tanh)(std::size_t n, const real* x, real* y);
  void (*relu)(std::size_t n, real slope, const real* x, real* y);  // slope for x < 0
  void (*softplus)(std::size_t n, const real* x, real* y);
  void (*gelu)(std::size_t n, const real* x, real* y);
  void (*exp)(std::size_t n, const real* x, real* y);
  // Their gradients from what is cheapest: sigmoid, tanh and relu from y, softplus and gelu from x.
  void (*sigmoid_backward)(std::size_t n, const real* y, const real* dy, real beta, real* dx);
  void (*tanh_backward)(std::size_t n, const real* y, const real* dy, real beta, real* dx);
  void (*relu_backward)(std::size_t n, real slope, const real* y, const real* dy, real beta,
                        real* dx);
  void (*softplus_backward)(std::size_t n, const real* x, const real* dy, real beta, real* dx);
  void (*gelu_backward)(std::size_t n, const real* x, const real* dy, real beta, real* dx);

  // Arithmetic.
  void (*axpby)(std::size_t n, real alpha, const real* x, real beta, real* y);  // y = αx + βy
  void (*multiply)(std::size_t n, const real* x, const real* w, real beta,
                   real* y);  // y = x∘w + βy
  real (*dot)(std::size_t n, const real* x, const real* y);
  /// Y += W X for 1 to kFewColumns columns. W: M × K, X: K × N, Y: M × N, column-major; `ld…`
  /// numbers from one column to the next. A column's result depends on no other column.
  void (*few_columns)(std::size_t M, std::size_t N, std::size_t K, const real* W, std::size_t ldw,
                      const real* X, std::size_t ldx, real* Y, std::size_t ldy);
  double (*sum_of_squares)(std::size_t n, const real* x);  // accumulated in double
  double (*sum)(std::size_t n, const real* x);

  // Softmax of one column of n logits.
  real (*max)(std::size_t n, const real* x);
  double (*log_sum_exp)(std::size_t n, const real* x);
  /// y = scale · exp(x − shift) + βy; with shift = log_sum_exp and scale 1: the probabilities.
  void (*scaled_exp)(std::size_t n, real scale, real shift, const real* x, real beta, real* y);
  /// z = scale · softmax(z), sums += z; returns the log Σ exp z of the old z.
  double (*softmax_gradient)(std::size_t n, real scale, real* z, real* sums);
  // And its two halves, for a scale that depends on other columns' sums.
  /// z = exp(z − shift); returns Σ z.
  double (*exp_sum)(std::size_t n, real shift, real* z);
  /// z = scale · z, sums += z.
  void (*scale_and_add)(std::size_t n, real scale, real* z, real* sums);
  /// y = log(exp(x + shift) + exp(y)), finite where the exponentials are not.
  void (*log_add_exp)(std::size_t n, real shift, const real* x, real* y);

  /// One LSTM step of one sequence. gates: 4H, rows i f g o; in: the sums before the
  /// non-linearities, out: after them. c_prev, c, h: H.
  void (*lstm_forward)(std::size_t H, real* gates, const real* c_prev, real* c, real* h);
  /// In: activated gates, c_prev, c, dh, and dc (from the later step); out: gates replaced by the
  /// gradients of the sums, dc by the gradient for c_prev (c_prev and dc may not overlap others).
  void (*lstm_backward)(std::size_t H, real* gates, const real* c_prev, const real* c,
                        const real* dh, real* dc);
  /// x becomes (x − mean) / deviation; returns 1 / deviation, the root of variance + epsilon.
  real (*standardize)(std::size_t n, real epsilon, real* x);
  /// From what standardize() gave: dy becomes the gradient of what it was given.
  void (*standardize_backward)(std::size_t n, real factor, const real* y, real* dy);
  /// One GRU step. gates: 3H, in: W x + b (rows r z n), out: activated r z n.
  /// recurrent: 3H, U h + d; its rows n are needed again by backward. h: H.
  void (*gru_forward)(std::size_t H, real* gates, const real* recurrent, const real* h_prev,
                      real* h);
  /// In: activated gates, recurrent, h_prev, dh; out: gates replaced by the gradients of W x + b,
  /// recurrent by those of U h + d, dh by the part of h_prev's gradient that flows past the gates.
  void (*gru_backward)(std::size_t H, real* gates, real* recurrent, const real* h_prev, real* dh);

  /// Dropout with a mask that is a function of (key, first + i): nothing is stored, and backward
  /// applies the same mask to the gradient. y = (keep ? x / (1 − rate) : 0) + βy.
  void (*dropout)(std::size_t n, std::uint64_t key, std::uint64_t first, real rate, const real* x,
                  real beta, real* y);

  // Rounding to bfloat16 (bf16_rounding.h).
  void (*to_bf16)(std::size_t n, const real* x, std::uint16_t* y);
  /// Two arrays in turn, which is how bfloat16 products read: y[2i] from even[i], y[2i + 1] from
  /// odd[i].
  void (*to_bf16_pairs)(std::size_t n, const real* even, const real* odd, std::uint16_t* y);

  // Around products of 8-bit integers (integer_product.h).
  /// Rounds x to 128 + q, q from −127 to 127 and x ≈ scale · q, and returns the scale: max |x| /
  /// 127, or 0 if that is too small to divide by. What is not a number counts as zero.
  real (*quantize)(std::size_t n, const real* x, std::uint8_t* q);
  /// y = scale · scales∘(sums − 128 · weight_sums) + βy.
  void (*dequantize)(std::size_t n, const std::int32_t* sums, const std::int32_t* weight_sums,
                     real scale, const float* scales, real beta, real* y);

  // Optimizer updates, in place. g is the gradient, already scaled and clipped.
  void (*momentum)(std::size_t n, real rate, real momentum, bool nesterov, const real* g,
                   real* velocity, real* w);  // v = μv + g; w −= rate · (nesterov ? g + μv : v)
  void (*adagrad)(std::size_t n, real rate, real epsilon, const real* g, real* squares, real* w);
  void (*rmsprop)(std::size_t n, real rate, real decay, real epsilon, const real* g, real* squares,
                  real* w);
  /// `rate` already holds the bias correction of the first moment, `second` is 1 / sqrt of the
  /// second's: w −= rate · m / (second · sqrt(v) + ε).
  void (*adam)(std::size_t n, real rate, real beta1, real beta2, real second, real epsilon,
               const real* g, real* m, real* v, real* w);
};

/// The readable one, with the standard library's functions.
const Elementwise& reference();
/// The fastest this processor runs, asked once. In the double build: reference().
const Elementwise& elementwise();
/// Every table that this processor can run, the reference first.
std::vector<const Elementwise*> runnable();

}  // namespace weft::kernels
