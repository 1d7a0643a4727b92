// The tables of fast kernels, one for each instruction set. Ask the processor before calling into
// one: see dispatch.cc.
#pragma once

#include "models/core/kernels/elementwise.h"

namespace weft::kernels {

const Elementwise& portable();  // what every processor of this architecture runs
const Elementwise& avx2();      // AVX2 and FMA
const Elementwise& avx512();    // AVX-512 F, BW, DQ, VL and FMA

}  // namespace weft::kernels
