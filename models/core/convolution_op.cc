// Convolutions of pictures, and their transposes.

#include "models/core/convolution_op.h"

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"

namespace weft {
namespace {

using kernels::ConvolutionShape;

/// Columns of C channels of P pixels.
struct Channels {
  Index count, pixels;
};

/// y += the bias of its channel.
void add_bias(Matrix& y, const Matrix& b, Channels channels) {
  kernels::parallel_for(y.n_cols, 16, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n)
      for (Index c = 0; c < channels.count; ++c) {
        real* pixels = y.colptr(n) + c * channels.pixels;
        for (Index p = 0; p < channels.pixels; ++p) pixels[p] += b[c];
      }
  });
}

void add_bias_gradient(Tape& tape, Var b, const Matrix& dy, Channels channels) {
  const auto target = tape.target(b);
  if (!target) return;
  for (Index c = 0; c < channels.count; ++c) {
    double sum = 0;
    for (Index n = 0; n < dy.n_cols; ++n)
      sum += kernels::elementwise().sum(channels.pixels, dy.colptr(n) + c * channels.pixels);
    real& gradient = (*target.matrix)[c];
    gradient = static_cast<real>(sum) + (target.beta == 0 ? real{0} : gradient);
  }
}

/// The weight's numbers, unrounded if it has eight bits.
const real* weights(Tape& tape, Var W) {
  if (!W.quantized()) return W.value().memptr();
  const Index O = W.rows(), K = W.cols();
  real* all = tape.scratch_array<real>(O * K);
  real* row = tape.scratch_array<real>(K);
  for (Index o = 0; o < O; ++o) {
    dequantize(W.quantized(), o, 1, 0, row);
    for (Index k = 0; k < K; ++k) all[o + O * k] = row[k];
  }
  return all;
}

/// Adds what a kernel gives, which itself only assigns.
template <class Kernel>
void accumulate(Tape& tape, Var input, const Kernel& kernel) {
  const auto target = tape.target(input);
  if (!target) return;
  if (target.beta == 0) return kernel(target.matrix->memptr());
  Matrix part = tape.scratch(target.matrix->n_rows, target.matrix->n_cols);
  kernel(part.memptr());
  *target.matrix += part;
}

}  // namespace

Var convolution(Tape& tape, Var W, Var x, Var b, const ConvolutionShape& s) {
  const Index N = x.cols();
  const Channels channels{s.outputs, s.output_height() * s.output_width()};
  Var y = tape.output(s.output_size(), N, {W, x, b});
  kernels::convolve(s, weights(tape, W), x.value().memptr(), N, tape.value(y).memptr());
  add_bias(tape.value(y), b.value(), channels);
  tape.record(y, [=](Tape& t) {
    const Matrix& dy = *y.gradient();
    accumulate(
        t, x, [&](real* dx) { kernels::convolve_back(s, W.value().memptr(), dy.memptr(), N, dx); });
    accumulate(t, W, [&](real* dW) {
      kernels::convolve_weights(s, x.value().memptr(), dy.memptr(), N, dW);
    });
    add_bias_gradient(t, b, dy, channels);
  });
  return y;
}

Var transposed_convolution(Tape& tape, Var W, Var x, Var b, const ConvolutionShape& s) {
  const Index N = x.cols();
  const Channels channels{s.channels, s.height * s.width};
  Var y = tape.output(s.input_size(), N, {W, x, b});
  kernels::convolve_back(s, weights(tape, W), x.value().memptr(), N, tape.value(y).memptr());
  add_bias(tape.value(y), b.value(), channels);
  tape.record(y, [=](Tape& t) {
    const Matrix& dy = *y.gradient();
    accumulate(t, x,
               [&](real* dx) { kernels::convolve(s, W.value().memptr(), dy.memptr(), N, dx); });
    accumulate(t, W, [&](real* dW) {
      kernels::convolve_weights(s, dy.memptr(), x.value().memptr(), N, dW);
    });
    add_bias_gradient(t, b, dy, channels);
  });
  return y;
}

}  // namespace weft
