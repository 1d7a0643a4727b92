#include "models/core/kernels/simd/tables.h"
// After the header: this holds the functions themselves.
#include "models/core/kernels/simd/elementwise.inc"

namespace weft::kernels {

const Elementwise& avx512() {
  static constexpr Elementwise table = make_table("avx512");
  return table;
}

}  // namespace weft::kernels
