// The tables of fast kernels, one for each instruction set. Ask the processor before calling into
// one: see dispatch.cc.
#pragma once

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/integer_product.h"
#include "models/core/kernels/product_kernel.h"

namespace weft::kernels {

const Elementwise& portable();  // what every processor of this architecture runs
const Elementwise& avx2();      // AVX2 and FMA
const Elementwise& avx512();    // AVX-512 F, BW, DQ, VL and FMA

const ProductKernel& product_avx2();    // AVX2 and FMA
const ProductKernel& product_avx512();  // AVX-512 F

const IntegerProduct& integer_avx2();
const IntegerProduct& integer_vnni();  // AVX-512 F and VNNI

}  // namespace weft::kernels
