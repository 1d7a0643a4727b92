#include "models/core/kernels/banded_product.h"

#include <algorithm>

#include "models/core/kernels/parallel.h"

namespace weft::kernels {
namespace {

/// A thread is worth its waking up for so many numbers laid out, or multiply-adds.
constexpr Index kNumbersAThread = 1 << 14, kMultiplyAddsAThread = 1 << 18;

Index bands_of(const ProductKernel& kernel, Index rows) {
  return (rows + kernel.band - 1) / kernel.band;
}

}  // namespace

Index banded_size(const ProductKernel& kernel, Index rows, Index depth) {
  return bands_of(kernel, rows) * kernel.band * depth;
}

BandedMatrix lay_out(const ProductKernel& kernel, bool transposed, const Matrix& A, real* memory) {
  const Index rows = transposed ? A.n_cols : A.n_rows, depth = transposed ? A.n_rows : A.n_cols;
  const Index band = kernel.band;
  parallel_for(bands_of(kernel, rows), 1 + kNumbersAThread / (band * (depth + 1)),
               [&](std::size_t begin, std::size_t end) {
                 for (Index i = begin; i < end; ++i)
                   kernel.lay_out(transposed, std::min(band, rows - i * band), depth,
                                  A.memptr() + i * band * (transposed ? depth : 1), A.n_rows,
                                  memory + i * band * depth);
               });
  return {rows, depth, memory};
}

void banded_product(const ProductKernel& kernel, const BandedMatrix& A, const real* X, Index N,
                    ProductStart start, real* Y) {
  if (A.rows == 0 || N == 0) return;
  const Index band = kernel.band, bands = bands_of(kernel, A.rows);
  const Index groups = (N + kernel.columns - 1) / kernel.columns;
  // Band by band, and all columns for each, so that a band is fetched once and then stays near.
  const auto unit = [&](Index i, Index group) {
    const Index first = N * group / groups, columns = N * (group + 1) / groups - first;
    const Index following = std::min(i + 1, bands - 1) * band + group % 2 * (band / 2);
    ProductStart here = start;
    if (start.values) here.values += i * band + first * start.stride;
    kernel.multiply(std::min(band, A.rows - i * band), columns, A.depth,
                    A.numbers + i * band * A.depth, X + first * A.depth, A.depth, here,
                    Y + first * A.rows + i * band, A.rows, A.numbers + following * A.depth);
  };
  const Index work = band * (A.depth + 1) * (N / groups + 1);
  parallel_for(bands * groups, 1 + kMultiplyAddsAThread / work,
               [&](std::size_t begin, std::size_t end) {
                 for (Index n = begin; n < end; ++n) unit(n / groups, n % groups);
               });
}

}  // namespace weft::kernels
