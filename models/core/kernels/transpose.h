// The transpose of a matrix, in tiles that fit the cache.
#pragma once

#include "models/core/matrix.h"

namespace weft::kernels {

/// B = Aᵀ. A: rows × columns, B: columns × rows, both column-major and apart.
void transpose(Index rows, Index columns, const real* A, real* B);

}  // namespace weft::kernels
