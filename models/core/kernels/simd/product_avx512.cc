namespace {
constexpr unsigned long kLanes = 16, kVectors = 2, kColumns = 10;
}
#include "models/core/kernels/simd/product.inc"
#include "models/core/kernels/simd/tables.h"

namespace weft::kernels {

const ProductKernel& product_avx512() {
  static constexpr ProductKernel kernel = {"avx512", kBand, kColumns, lay_out, multiply};
  return kernel;
}

}  // namespace weft::kernels
