#include "models/core/quantized_matrix.h"

#include <algorithm>
#include <cmath>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/integer_product.h"
#include "models/core/kernels/parallel.h"

namespace weft {
namespace {

using namespace kernels;

std::size_t place(Index o, Index k, Index quads) {
  return (o / kBlockOutputs * quads + k / kQuadInputs) * kBlockQuadBytes +
         o % kBlockOutputs * kQuadInputs + k % kQuadInputs;
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
  const Elementwise& kernel = elementwise();
  parallel_for(N, columns_of_a_pass(W.inputs), [&](std::size_t begin, std::size_t end) {
    for (Index n = begin; n < end; ++n)
      x_scales[n] = kernel.quantize(W.inputs, X + n * W.inputs, x + n * stride);
  });

  const auto& product = integer_product();
  const Index tiles = (blocks + kTileBlocks - 1) / kTileBlocks;
  const Index column_tiles = (N + kTileColumns - 1) / kTileColumns;
  constexpr Index kBytesAThread = 1 << 18;
  const Index grain = kBytesAThread / (column_tiles * quads * kBlockQuadBytes * kTileBlocks) + 1;
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
          kernel.dequantize(outputs, sums + c * count * kBlockOutputs, W.sums + first,
                            x_scales[n + c], W.scales + first, beta,
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
