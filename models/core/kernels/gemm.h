// Matrix products: the one door to oneDNN (float) and to BLAS (double).
#pragma once

#include "models/core/matrix.h"

namespace weft::kernels {

enum class Transpose { no, yes };

/// C = alpha · op(A) op(B) + beta · C. op(A): M × K, op(B): K × N, C: M × N, column-major.
/// With beta 0 the old C is not read. Uses the threads of set_threads().
void gemm(Transpose a, Transpose b, Index M, Index N, Index K, real alpha, const real* A, Index lda,
          const real* B, Index ldb, real beta, real* C, Index ldc);

/// The same on whole matrices.
void gemm(Transpose a, Transpose b, const Matrix& A, const Matrix& B, real beta, Matrix& C);

}  // namespace weft::kernels
