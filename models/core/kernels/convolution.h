// Convolutions of pictures: the one door to oneDNN's (float) and to readable loops (double).
//
// A column is a picture, channel by channel, each row by row: C · H · W numbers. A weight is
// O × (C · K · K), row o the kernel of output channel o in the same order.
#pragma once

#include "models/core/matrix.h"

namespace weft::kernels {

/// K × K kernels, `stride` pixels apart, with `padding` zeros on each side.
struct ConvolutionShape {
  Index channels = 1, height = 0, width = 0;  // of the input
  Index outputs = 1;                          // channels
  Index kernel = 3, stride = 2, padding = 1;

  Index output_height() const { return (height + 2 * padding - kernel) / stride + 1; }
  Index output_width() const { return (width + 2 * padding - kernel) / stride + 1; }
  Index input_size() const { return channels * height * width; }
  Index output_size() const { return outputs * output_height() * output_width(); }
  Index weight_columns() const { return channels * kernel * kernel; }
  bool operator==(const ConvolutionShape&) const = default;
};

/// Y[o, y, x] = Σ_{c, i, j} W[o, c, i, j] · X[c, y · stride + i − padding, x · stride + j −
/// padding] for N pictures.
void convolve(const ConvolutionShape& shape, const real* W, const real* X, Index N, real* Y);
/// dX from dY: the transposed map of convolve().
void convolve_back(const ConvolutionShape& shape, const real* W, const real* dY, Index N, real* dX);
/// dW from X and dY, summed over the pictures.
void convolve_weights(const ConvolutionShape& shape, const real* X, const real* dY, Index N,
                      real* dW);

/// The loops, in either build.
namespace loops {
void convolve(const ConvolutionShape& shape, const real* W, const real* X, Index N, real* Y);
void convolve_back(const ConvolutionShape& shape, const real* W, const real* dY, Index N, real* dX);
void convolve_weights(const ConvolutionShape& shape, const real* X, const real* dY, Index N,
                      real* dW);
}  // namespace loops

}  // namespace weft::kernels
