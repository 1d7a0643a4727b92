// The products that a layer takes with its weights when it goes forward, whatever the weights are
// made of.
#pragma once

#include "models/core/tape.h"

namespace weft {

/// Y = W X + beta · Y, beta 0 or 1. W: M × K, X: K × N, Y: M × N, both without gaps.
void weight_product(Var W, const real* X, Index N, real beta, real* Y);
/// Y = Wᵀ X + beta · Y for a table W: K × M.
void table_product(Var W, const real* X, Index N, real beta, real* Y);
/// Y = Wᵀ X for a weight that is used the other way round, W: K × M; slow for eight bits.
void transposed_weight_product(Var W, const real* X, Index N, real* Y);
/// y = beta · y + factor · column `id` of a table.
void table_column(const Parameter& table, Index id, real factor, real beta, real* y);

}  // namespace weft
