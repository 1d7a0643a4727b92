// A weight matrix laid out once for many products with few columns, as the steps of a recurrent
// layer need them. oneDNN's products lay it out anew each time, which costs as much as 20 columns.
#pragma once

#include "models/core/kernels/product_kernel.h"
#include "models/core/matrix.h"

namespace weft::kernels {

/// A matrix in bands of ProductKernel::band rows; a view of memory that somebody else owns.
struct BandedMatrix {
  Index rows = 0, depth = 0;
  const real* numbers = nullptr;
  explicit operator bool() const { return numbers != nullptr; }
};

/// Numbers that a matrix needs in bands.
Index banded_size(const ProductKernel& kernel, Index rows, Index depth);

/// A, or Aᵀ, in bands; `memory` holds banded_size() numbers.
BandedMatrix lay_out(const ProductKernel& kernel, bool transposed, const Matrix& A, real* memory);

/// Y = start + A X for N columns, all without gaps. A sum depends neither on other columns nor on
/// the number of threads.
void banded_product(const ProductKernel& kernel, const BandedMatrix& A, const real* X, Index N,
                    ProductStart start, real* Y);

}  // namespace weft::kernels
