namespace {
constexpr unsigned long kLanes = 8, kVectors = 2, kColumns = 6;
}
#include "models/core/kernels/simd/product.inc"
#include "models/core/kernels/simd/tables.h"

namespace weft::kernels {

const ProductKernel& product_avx2() {
  static constexpr ProductKernel kernel = {"avx2", kBand, kColumns, lay_out, multiply};
  return kernel;
}

}  // namespace weft::kernels
