// Weights of eight bits: a quarter of the memory, which is what answering waits for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/matrix.h"

namespace weft {

/// Weights w(o, k) ≈ scale(o) · q(o, k), q from −127 to 127, of `outputs` outputs and `inputs`
/// inputs. The arrays belong to somebody else. q lies in blocks of 16 outputs by 4 inputs
/// (kernels/integer_product.h), zeros where the last ones are not full.
struct QuantizedMatrix {
  Index outputs = 0, inputs = 0;
  const std::int8_t* weights = nullptr;  // block_count() · quad_count() · 64
  const float* scales = nullptr;         // an output
  const std::int32_t* sums = nullptr;    // Σ_k q(o, k), an output

  explicit operator bool() const { return weights != nullptr; }
  Index block_count() const { return (outputs + 15) / 16; }
  Index quad_count() const { return (inputs + 3) / 4; }
};

/// A quantized matrix with its arrays. Moving it leaves view() valid.
class QuantizedStorage {
 public:
  /// `outputs_are_columns`: output o is column o of `weights` (a table of vectors), else row o.
  /// Scales are max |w(o, ·)| / 127; rounds to the nearest.
  QuantizedStorage(const Matrix& weights, bool outputs_are_columns);
  QuantizedMatrix view() const;

 private:
  Index outputs_, inputs_;
  std::vector<std::int8_t> weights_;
  std::vector<float> scales_;
  std::vector<std::int32_t> sums_;
};

/// Y = W X + beta · Y: X inputs × N, Y outputs × N, column-major without gaps. Each column of X is
/// rounded to eight bits of its own scale, max |x| / 127; the sums are exact.
void quantized_product(const QuantizedMatrix& W, const real* X, Index N, real beta, real* Y);

/// y[k] = beta · y[k] + factor · w(o, k) for one output o.
void dequantize(const QuantizedMatrix& W, Index output, real factor, real beta, real* y);

}  // namespace weft
