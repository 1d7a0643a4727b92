#include "models/core/kernels/simd/tables.h"
// After the header: this holds the functions themselves.
#include "models/core/kernels/simd/elementwise.inc"

namespace weft::kernels {

const Elementwise& portable() {
  static constexpr Elementwise table = make_table("portable");
  return table;
}

}  // namespace weft::kernels
