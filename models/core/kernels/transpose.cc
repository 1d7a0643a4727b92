#include "models/core/kernels/transpose.h"

#include <algorithm>

#include "models/core/kernels/parallel.h"

namespace weft::kernels {

void transpose(Index rows, Index columns, const real* A, real* B) {
  constexpr Index kTile = 16;
  const Index bands = (rows + kTile - 1) / kTile;
  parallel_for(bands, 1 + 16384 / (kTile * (columns + 1)), [&](std::size_t begin, std::size_t end) {
    for (Index i0 = begin * kTile; i0 < std::min<Index>(end * kTile, rows); i0 += kTile)
      for (Index j0 = 0; j0 < columns; j0 += kTile)
        for (Index i = i0; i < std::min(i0 + kTile, rows); ++i)
          for (Index j = j0; j < std::min(j0 + kTile, columns); ++j)
            B[i * columns + j] = A[j * rows + i];
  });
}

}  // namespace weft::kernels
