#include "models/core/quantized_matrix.h"

#include <algorithm>
#include <cmath>

#include "models/core/kernels/integer_product.h"
#include "models/core/kernels/parallel.h"

namespace weft {
namespace {

using namespace kernels;

/// Stands for zero among unsigned inputs.
constexpr int kZero = 128;

std::size_t place(Index o, Index k, Index quads) {
  return (o / kBlockOutputs * quads + k / kQuadInputs) * kBlockQuadBytes +
         o % kBlockOutputs * kQuadInputs + k % kQuadInputs;
}

/// Rounds x to kZero + q with x ≈ scale · q and returns the scale. The bytes behind the inputs meet
/// weights that are zero.
real quantize_column(Index inputs, const real* x, std::uint8_t* q) {
  real most = 0;
  for (Index k = 0; k < inputs; ++k) most = std::max(most, std::abs(x[k]));
  const real factor = most > 0 ? 127 / most : 0;
  if (!std::isfinite(factor)) {  // too small to matter
    std::fill_n(q, inputs, std::uint8_t{kZero});
    return 0;
  }
  for (Index k = 0; k < inputs; ++k) {
    const real scaled = x[k] * factor;
    const real number = scaled == scaled ? scaled : 0;  // one that is none has no integer
    q[k] = static_cast<std::uint8_t>(static_cast<int>(number + (kZero + real(0.5))));
  }
  return most / 127;
}

/// Turns the sums of a tile into numbers.
void finish(const QuantizedMatrix& W, Index first, Index count, const std::int32_t* sums,
            real x_scale, real beta, real* y) {
  for (Index i = 0; i < count; ++i) {
    const std::int32_t exact = sums[i] - kZero * W.sums[first + i];
    const real value = x_scale * static_cast<real>(W.scales[first + i]) * static_cast<real>(exact);
    y[i] = beta == 0 ? value : value + beta * y[i];
  }
}

}  // namespace

QuantizedStorage::QuantizedStorage(const Matrix& weights, bool outputs_are_columns)
    : outputs_(outputs_are_columns ? weights.n_cols : weights.n_rows),
      inputs_(outputs_are_columns ? weights.n_rows : weights.n_cols),
      scales_(outputs_),
      sums_(outputs_) {
  const QuantizedMatrix shape{outputs_, inputs_};
  weights_.assign(shape.block_count() * shape.quad_count() * kBlockQuadBytes, 0);
  for (Index o = 0; o < outputs_; ++o) {
    const auto weight = [&](Index k) {
      return outputs_are_columns ? weights(k, o) : weights(o, k);
    };
    real most = 0;
    for (Index k = 0; k < inputs_; ++k) most = std::max(most, std::abs(weight(k)));
    const real factor = most > 0 ? 127 / most : 0;
    scales_[o] = static_cast<float>(most / 127);
    for (Index k = 0; k < inputs_; ++k) {
      const long q = std::lround(weight(k) * factor);
      weights_[place(o, k, shape.quad_count())] = static_cast<std::int8_t>(q);
      sums_[o] += static_cast<std::int32_t>(q);
    }
  }
}

QuantizedMatrix QuantizedStorage::view() const {
  return {outputs_, inputs_, weights_.data(), scales_.data(), sums_.data()};
}

void quantized_product(const QuantizedMatrix& W, const real* X, Index N, real beta, real* Y) {
  const Index quads = W.quad_count(), blocks = W.block_count(), stride = quads * kQuadInputs;
  // Kept from call to call; the threads below read the caller's.
  static thread_local std::vector<std::uint8_t> inputs;
  static thread_local std::vector<real> scales;
  inputs.resize(std::max<std::size_t>(inputs.size(), stride * N));
  scales.resize(std::max<std::size_t>(scales.size(), N));
  std::uint8_t* const x = inputs.data();
  real* const x_scales = scales.data();
  for (Index n = 0; n < N; ++n)
    x_scales[n] = quantize_column(W.inputs, X + n * W.inputs, x + n * stride);

  const auto& product = integer_product();
  const Index tiles = (blocks + kTileBlocks - 1) / kTileBlocks;
  constexpr Index kBytesAThread = 1 << 18;
  const Index grain = kBytesAThread / (quads * kBlockQuadBytes * kTileBlocks) + 1;
  parallel_for(tiles, grain, [&](std::size_t begin, std::size_t end) {
    std::int32_t sums[kTileColumns * kTileBlocks * kBlockOutputs];
    for (Index tile = begin; tile < end; ++tile) {
      const Index block = tile * kTileBlocks, count = std::min<Index>(kTileBlocks, blocks - block);
      const Index first = block * kBlockOutputs;
      const Index outputs = std::min(count * kBlockOutputs, W.outputs - first);
      for (Index n = 0; n < N; n += kTileColumns) {
        const Index columns = std::min<Index>(kTileColumns, N - n);
        product.tile(quads, count, W.weights + block * quads * kBlockQuadBytes, columns,
                     x + n * stride, stride, sums);
        for (Index c = 0; c < columns; ++c)
          finish(W, first, outputs, sums + c * count * kBlockOutputs, x_scales[n + c], beta,
                 Y + (n + c) * W.outputs + first);
      }
    }
  });
}

void dequantize(const QuantizedMatrix& W, Index output, real factor, real beta, real* y) {
  const real scale = factor * static_cast<real>(W.scales[output]);
  for (Index k = 0; k < W.inputs; ++k) {
    const real value = scale * W.weights[place(output, k, W.quad_count())];
    y[k] = beta == 0 ? value : value + beta * y[k];
  }
}

}  // namespace weft
