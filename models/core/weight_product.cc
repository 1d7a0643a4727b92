#include "models/core/weight_product.h"

#include "models/core/kernels/banded_product.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/gemm.h"

namespace weft {

using kernels::Transpose;

namespace {

void laid_out_product(const kernels::BandedMatrix& W, const real* X, Index N, real beta, real* Y) {
  const kernels::ProductStart start{beta == 0 ? nullptr : Y, W.rows};
  kernels::banded_product(*kernels::product_kernel(), W, X, N, start, Y);
}

}  // namespace

void weight_product(Var W, const real* X, Index N, real beta, real* Y) {
  const Index M = W.rows(), K = W.cols();
  if (W.quantized())
    quantized_product(W.quantized(), X, N, beta, Y);
  else if (W.laid_out())
    laid_out_product(W.laid_out(), X, N, beta, Y);
  else
    kernels::gemm(Transpose::no, Transpose::no, M, N, K, 1, W.value().memptr(), M, X, K, beta, Y,
                  M);
}

void table_product(Var W, const real* X, Index N, real beta, real* Y) {
  const Index K = W.rows(), M = W.cols();
  if (W.quantized())
    quantized_product(W.quantized(), X, N, beta, Y);
  else if (W.laid_out())
    laid_out_product(W.laid_out(), X, N, beta, Y);
  else
    kernels::gemm(Transpose::yes, Transpose::no, M, N, K, 1, W.value().memptr(), K, X, K, beta, Y,
                  M);
}

void table_column(const Parameter& table, Index id, real factor, real beta, real* y) {
  if (table.quantized)
    dequantize(table.quantized, id, factor, beta, y);
  else
    kernels::elementwise().axpby(table.rows, factor, table.value.colptr(id), beta, y);
}

}  // namespace weft
