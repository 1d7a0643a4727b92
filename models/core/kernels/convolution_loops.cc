#include <algorithm>

#include "models/core/kernels/convolution.h"

namespace weft::kernels::loops {
namespace {

/// Calls visit(place in a picture of the input, place in one of the output, place in the weight)
/// for every product that the convolution takes.
template <class Visit>
void for_each_product(const ConvolutionShape& s, const Visit& visit) {
  for (Index o = 0; o < s.outputs; ++o)
    for (Index y = 0; y < s.output_height(); ++y)
      for (Index x = 0; x < s.output_width(); ++x)
        for (Index c = 0; c < s.channels; ++c)
          for (Index i = 0; i < s.kernel; ++i)
            for (Index j = 0; j < s.kernel; ++j) {
              // Beyond the left or upper edge the unsigned difference is huge.
              const Index row = y * s.stride + i - s.padding, column = x * s.stride + j - s.padding;
              if (row >= s.height || column >= s.width) continue;
              visit((c * s.height + row) * s.width + column,
                    (o * s.output_height() + y) * s.output_width() + x,
                    o + s.outputs * ((c * s.kernel + i) * s.kernel + j));
            }
}

}  // namespace

void convolve(const ConvolutionShape& s, const real* W, const real* X, Index N, real* Y) {
  std::fill_n(Y, N * s.output_size(), real{0});
  for (Index n = 0; n < N; ++n, X += s.input_size(), Y += s.output_size())
    for_each_product(s, [&](Index in, Index out, Index w) { Y[out] += W[w] * X[in]; });
}

void convolve_back(const ConvolutionShape& s, const real* W, const real* dY, Index N, real* dX) {
  std::fill_n(dX, N * s.input_size(), real{0});
  for (Index n = 0; n < N; ++n, dX += s.input_size(), dY += s.output_size())
    for_each_product(s, [&](Index in, Index out, Index w) { dX[in] += W[w] * dY[out]; });
}

void convolve_weights(const ConvolutionShape& s, const real* X, const real* dY, Index N, real* dW) {
  std::fill_n(dW, s.outputs * s.weight_columns(), real{0});
  for (Index n = 0; n < N; ++n, X += s.input_size(), dY += s.output_size())
    for_each_product(s, [&](Index in, Index out, Index w) { dW[w] += X[in] * dY[out]; });
}

}  // namespace weft::kernels::loops
