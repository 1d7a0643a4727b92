// Products of numbers rounded to bfloat16, summed in float: by oneDNN where the processor has
// instructions for them. Elsewhere the rounded numbers are multiplied as floats, which gives the
// same sums but for their last bits, and gains nothing.
#pragma once

#include <cstdint>
#include <memory>

#include "models/core/kernels/gemm.h"

namespace weft::kernels {

/// To the nearest bfloat16, ties to even; infinities and NaN stay.
void round_to_bf16(Index n, const real* x, real* y);

/// Whether this processor multiplies bfloat16 (AVX512_BF16). WEFT_KERNELS other than avx512: no.
bool has_bf16_products();

/// Whether oneDNN takes bfloat16 here at all, quickly or not: it wants AVX-512.
bool onednn_takes_bf16();

/// gemm() of rounded operands, alpha 1, beta 0 or 1; not in the double build.
void bf16_gemm(Transpose a, Transpose b, Index M, Index N, Index K, const real* A, Index lda,
               const real* B, Index ldb, real beta, real* C, Index ldc);

/// A weight in oneDNN's own layout of bfloat16, for many products with a few columns each. Where
/// onednn_takes_bf16(); slow where has_bf16_products() is false.
class Bf16Weight {
 public:
  /// W, or Wᵀ.
  Bf16Weight(Transpose transpose, const Matrix& W, Index columns);
  ~Bf16Weight();
  Bf16Weight(Bf16Weight&&) noexcept;
  /// Y = W X + beta · Y for N ≤ `columns` columns without gaps; beta is 0 or 1.
  void multiply(const real* X, Index N, real beta, real* Y) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// bf16_gemm by oneDNN, where onednn_takes_bf16().
void onednn_bf16_gemm(Transpose a, Transpose b, Index M, Index N, Index K, const real* A, Index lda,
                      const real* B, Index ldb, real beta, real* C, Index ldc);

}  // namespace weft::kernels
