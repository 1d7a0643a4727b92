// What a matrix product spends its time on: a band of rows of one matrix, laid out for it, times a
// few columns of another.
#pragma once

#include <cstddef>
#include <vector>

#include "models/core/kernels/scalar.h"

namespace weft::kernels {

/// What the sums of a product begin with: row m of column c is values[c · stride + m], or zero
/// without values. Stride 0: the same column for all, a bias.
struct ProductStart {
  const real* values = nullptr;
  std::size_t stride = 0;
};

struct ProductKernel {
  const char* name;
  std::size_t band;     // rows of a band
  std::size_t columns;  // the most that multiply() takes
  /// Lays out a band of `rows` ≤ band rows of op(A), `depth` columns: number (m, k) comes to
  /// out[k · band + m], zeros below the last row. A points to the band's first element.
  void (*lay_out)(bool transposed, std::size_t rows, std::size_t depth, const real* A,
                  std::size_t lda, real* out);
  /// C = start + band · X for 1 to `columns` columns: one multiply-add for each k, in their order.
  /// `next`: half a band that will be wanted soon.
  void (*multiply)(std::size_t rows, std::size_t columns, std::size_t depth, const real* band,
                   const real* X, std::size_t ldx, ProductStart start, real* C, std::size_t ldc,
                   const real* next);
};

/// The fastest of this processor; null if there is none. WEFT_KERNELS overrides it as in
/// elementwise.h.
const ProductKernel* product_kernel();
/// All that this processor can run, slowest first.
std::vector<const ProductKernel*> runnable_product_kernels();

}  // namespace weft::kernels
