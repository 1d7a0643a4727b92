#include "models/core/kernels/gemm.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/core/kernels/bf16_product.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/precision.h"

#ifndef WEFT_DOUBLE
#include <dnnl.h>
#include <omp.h>

#include "models/core/kernels/parallel.h"
#endif

namespace weft::kernels {
namespace {

/// C = beta · C.
void scale(Index M, Index N, real beta, real* C, Index ldc) {
  if (beta == 1) return;
  for (Index n = 0; n < N; ++n) {
    real* column = C + n * ldc;
    if (beta == 0) {
      std::fill(column, column + M, real{0});
    } else {
      for (Index m = 0; m < M; ++m) column[m] *= beta;
    }
  }
}

/// Column-major product of non-empty matrices.
#ifdef WEFT_DOUBLE
void product(Transpose a, Transpose b, Index M, Index N, Index K, real alpha, const real* A,
             Index lda, const real* B, Index ldb, real beta, real* C, Index ldc) {
  const char ta = a == Transpose::yes ? 'T' : 'N', tb = b == Transpose::yes ? 'T' : 'N';
  const auto blas = [](Index size) { return static_cast<arma::blas_int>(size); };
  const arma::blas_int m = blas(M), n = blas(N), k = blas(K);
  const arma::blas_int la = blas(lda), lb = blas(ldb), lc = blas(ldc);
  arma::blas::gemm(&ta, &tb, &m, &n, &k, &alpha, A, &la, B, &lb, &beta, C, &lc);
}
#else
/// Holds a product to one thread, while it lives, if it is over before others have woken up.
class ThreadsForProduct {
 public:
  ThreadsForProduct(Index M, Index N, Index K) : threads_(omp_get_max_threads()) {
    // A thin product waits for memory, and takes as long as if it were four wide.
    const auto size = [](Index value) { return static_cast<double>(std::max<Index>(value, 4)); };
    if (size(M) * size(N) * size(K) < (1 << 20)) omp_set_num_threads(1);
  }
  ~ThreadsForProduct() { omp_set_num_threads(threads_); }
  ThreadsForProduct(const ThreadsForProduct&) = delete;
  ThreadsForProduct& operator=(const ThreadsForProduct&) = delete;

 private:
  int threads_;
};

/// C = op(A) B + beta · C for a few columns, which wait for A to come out of memory.
void few_columns(Transpose a, Index M, Index N, Index K, const real* A, Index lda, const real* B,
                 Index ldb, real beta, real* C, Index ldc) {
  constexpr Index kNumbersAThread = 1 << 17;
  const auto& kernel = elementwise();
  parallel_for(M, kNumbersAThread / (N * K) + 1, [&](std::size_t begin, std::size_t end) {
    if (a == Transpose::yes) {
      for (Index m = begin; m < end; ++m)
        for (Index n = 0; n < N; ++n) {
          real& c = C[n * ldc + m];
          c = kernel.dot(K, A + m * lda, B + n * ldb) + (beta == 0 ? 0 : beta * c);
        }
      return;
    }
    scale(end - begin, N, beta, C + begin, ldc);
    kernel.few_columns(end - begin, N, K, A + begin, lda, B, ldb, C + begin, ldc);
  });
}

// oneDNN counts in rows: it sees the transposed matrices, and Cᵀ = op(B)ᵀ op(A)ᵀ.
void onednn_product(Transpose a, Transpose b, Index M, Index N, Index K, real alpha, const real* A,
                    Index lda, const real* B, Index ldb, real beta, real* C, Index ldc) {
  const char ta = a == Transpose::yes ? 'T' : 'N', tb = b == Transpose::yes ? 'T' : 'N';
  const auto size = [](Index value) { return static_cast<dnnl_dim_t>(value); };
  const ThreadsForProduct threads(M, N, K);
  const dnnl_status_t status = dnnl_sgemm(tb, ta, size(N), size(M), size(K), alpha, B, size(ldb), A,
                                          size(lda), beta, C, size(ldc));
  if (status != dnnl_success) {
    throw std::runtime_error("oneDNN refused a matrix product (status " +
                             std::to_string(static_cast<int>(status)) + ").");
  }
}

/// Columns of the operands of A Bᵀ lie `ld` numbers apart. If that is a page or two, all begin in
/// the same sets of the cache and push each other out while oneDNN lays them out: a product of 1024
/// × 300 takes twice as long as one of 1000 × 300. With 4096 rows and more the product hides it.
bool columns_collide(Index ld) {
  constexpr Index kPage = 4096 / sizeof(real);
  return ld == kPage || ld == 2 * kPage;
}

/// The operands of A Bᵀ, some columns at a time, copied to where columns lie a cache line further
/// apart. The memory is kept, as a training step takes the same products again and again.
class SpacedColumns {
 public:
  /// `most` columns at a time of a matrix of `rows` rows.
  const real* operator()(const real* matrix, Index rows, Index ld, Index columns, Index most) {
    const Index spaced = ld_of(rows);
    if (memory_.size() < spaced * most) memory_.resize(spaced * most);
    parallel_for(columns, 1 + (1 << 14) / rows, [&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j)
        std::copy_n(matrix + j * ld, rows, memory_.data() + j * spaced);
    });
    return memory_.data();
  }
  static Index ld_of(Index rows) { return rows + 64 / sizeof(real); }

 private:
  std::vector<real> memory_;
};

/// C = A Bᵀ + beta · C for operands of which one or both collide.
void spaced_product(Index M, Index N, Index K, real alpha, const real* A, Index lda, const real* B,
                    Index ldb, real beta, real* C, Index ldc) {
  constexpr Index kColumns = 1024;
  thread_local SpacedColumns spaced_A, spaced_B;
  for (Index k = 0; k < K; k += kColumns) {
    const Index depth = std::min(kColumns, K - k), most = std::min(kColumns, K);
    const real *a = A + k * lda, *b = B + k * ldb;
    const bool move_A = columns_collide(lda), move_B = columns_collide(ldb);
    if (move_A) a = spaced_A(a, M, lda, depth, most);
    if (move_B) b = spaced_B(b, N, ldb, depth, most);
    onednn_product(Transpose::no, Transpose::yes, M, N, depth, alpha, a,
                   move_A ? SpacedColumns::ld_of(M) : lda, b,
                   move_B ? SpacedColumns::ld_of(N) : ldb, k ? 1 : beta, C, ldc);
  }
}

void product(Transpose a, Transpose b, Index M, Index N, Index K, real alpha, const real* A,
             Index lda, const real* B, Index ldb, real beta, real* C, Index ldc) {
  constexpr Index kFewSums = 64;
  if (N <= kFewColumns && b == Transpose::no && alpha == 1)
    few_columns(a, M, N, K, A, lda, B, ldb, beta, C, ldc);
  else if (a == Transpose::no && b == Transpose::yes && K >= kFewSums &&
           (columns_collide(lda) || columns_collide(ldb)))
    spaced_product(M, N, K, alpha, A, lda, B, ldb, beta, C, ldc);
  else
    onednn_product(a, b, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc);
}
#endif

}  // namespace

void gemm(Transpose a, Transpose b, Index M, Index N, Index K, real alpha, const real* A, Index lda,
          const real* B, Index ldb, real beta, real* C, Index ldc) {
  if (M == 0 || N == 0) return;
  if (K == 0) {
    scale(M, N, beta, C, ldc);
  } else if (precision() == Precision::bf16 && N > kFewColumns && alpha == 1) {
    bf16_gemm(a, b, M, N, K, A, lda, B, ldb, beta, C, ldc);
  } else {
    product(a, b, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc);
  }
}

void gemm(Transpose a, Transpose b, const Matrix& A, const Matrix& B, real beta, Matrix& C) {
  const bool ta = a == Transpose::yes, tb = b == Transpose::yes;
  const Index M = ta ? A.n_cols : A.n_rows, K = ta ? A.n_rows : A.n_cols;
  const Index N = tb ? B.n_rows : B.n_cols;
  if (K != (tb ? B.n_cols : B.n_rows) || C.n_rows != M || C.n_cols != N) {
    throw std::invalid_argument("The shapes of a matrix product do not fit.");
  }
  gemm(a, b, M, N, K, real{1}, A.memptr(), A.n_rows, B.memptr(), B.n_rows, beta, C.memptr(),
       C.n_rows);
}

}  // namespace weft::kernels
