// The output layer of a language model with its loss in one operation: the logits, the largest
// matrix of a training step, turn into their gradient while a column is in the nearest cache.

#include <algorithm>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/gemm.h"
#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"
#include "models/core/weight_product.h"

namespace weft {
namespace {

using kernels::Transpose;

/// Columns whose bias gradient is summed by one thread.
constexpr Index kChunk = 32;

/// Everything backward needs; plain values, so that the tape may keep it.
struct OutputLoss {
  Var W, x, b;
  bool is_table;  // W is D × M
  Index M, N;
  real* z;             // M × N: logits, then their gradient
  real* chunk_sums;    // M × chunks: sums of z's columns; null if nobody wants a gradient
  const int* targets;  // N
  double* losses;      // N
  real scale;          // 1 / normalizer
  double smoothing;

  Index chunks() const { return (N + kChunk - 1) / kChunk; }
  void finish_column(const kernels::Elementwise& kernel, Index n, real* sums) const;
  void finish_chunk(Index chunk) const;
};

void OutputLoss::finish_column(const kernels::Elementwise& kernel, Index n, real* sums) const {
  real* column = z + n * M;
  losses[n] = 0;
  if (targets[n] < 0) {
    if (sums) std::fill_n(column, M, real{0});
    return;
  }
  if (b) kernel.axpby(M, 1, b.value().memptr(), 1, column);
  double expected = (1 - smoothing) * static_cast<double>(column[targets[n]]);
  if (smoothing > 0) expected += smoothing * kernel.sum(M, column) / static_cast<double>(M);
  losses[n] =
      (sums ? kernel.softmax_gradient(M, scale, column, sums) : kernel.log_sum_exp(M, column)) -
      expected;
  if (!sums) return;
  const real right = scale * static_cast<real>(1 - smoothing);
  column[targets[n]] -= right;
  sums[targets[n]] -= right;
  if (smoothing == 0) return;
  const real spread = scale * static_cast<real>(smoothing) / static_cast<real>(M);
  for (Index m = 0; m < M; ++m) column[m] -= spread;
  for (Index m = 0; m < M; ++m) sums[m] -= spread;
}

void OutputLoss::finish_chunk(Index chunk) const {
  const auto& kernel = kernels::elementwise();
  real* sums = chunk_sums ? chunk_sums + chunk * M : nullptr;
  if (sums) std::fill_n(sums, M, real{0});
  for (Index n = chunk * kChunk; n < std::min((chunk + 1) * kChunk, N); ++n)
    finish_column(kernel, n, sums);
}

void output_loss_backward(const OutputLoss& op, real incoming, Tape& tape) {
  Matrix dz(op.z, op.M, op.N, false, true);
  if (incoming != 1) dz *= incoming;
  if (auto target = tape.target(op.x))
    kernels::gemm(op.is_table ? Transpose::no : Transpose::yes, Transpose::no, op.W.value(), dz,
                  target.beta, *target.matrix);
  if (auto target = tape.target(op.W)) {
    const Matrix& x = op.x.value();
    kernels::gemm(Transpose::no, Transpose::yes, op.is_table ? x : dz, op.is_table ? dz : x,
                  target.beta, *target.matrix);
  }
  if (auto target = tape.target(op.b)) {
    if (target.beta == 0) target.matrix->zeros();
    for (Index chunk = 0; chunk < op.chunks(); ++chunk)
      kernels::elementwise().axpby(op.M, incoming, op.chunk_sums + chunk * op.M, 1,
                                   target.matrix->memptr());
  }
}

Var output_loss(Tape& tape, OutputLoss op, const int* targets, double normalizer) {
  op.N = op.x.cols();
  op.M = op.is_table ? op.W.cols() : op.W.rows();
  if (normalizer == 0)
    normalizer = std::max<double>(1, static_cast<double>(std::count_if(
                                         targets, targets + op.N, [](int id) { return id >= 0; })));
  Var loss = tape.output(1, 1, {op.W, op.x, op.b});
  op.scale = static_cast<real>(1 / normalizer);
  op.targets = tape.keep(targets, op.N);
  op.losses = tape.scratch_array<double>(op.N);
  op.z = tape.scratch_array<real>(op.M * op.N);
  op.chunk_sums = loss.needs_gradient() ? tape.scratch_array<real>(op.M * op.chunks()) : nullptr;

  const auto product = op.is_table ? table_product : weight_product;
  product(op.W, op.x.value().memptr(), op.N, 0, op.z);
  kernels::parallel_for(op.chunks(), 1 + (1u << 13) / (kChunk * (op.M + 1)),
                        [&](std::size_t begin, std::size_t end) {
                          for (Index chunk = begin; chunk < end; ++chunk) op.finish_chunk(chunk);
                        });
  double total = 0;
  for (Index n = 0; n < op.N; ++n) total += op.losses[n];
  tape.value(loss)(0, 0) = static_cast<real>(total / normalizer);
  tape.record(loss, [=](Tape& t) { output_loss_backward(op, (*loss.gradient())(0, 0), t); });
  return loss;
}

}  // namespace

Var affine_cross_entropy(Tape& tape, Var W, Var x, Var b, const int* targets, double smoothing,
                         double normalizer) {
  OutputLoss op{};
  op.W = W, op.x = x, op.b = b, op.is_table = false, op.smoothing = smoothing;
  return output_loss(tape, op, targets, normalizer);
}

Var affine_transposed_cross_entropy(Tape& tape, Var W, Var x, Var b, const int* targets,
                                    double smoothing, double normalizer) {
  OutputLoss op{};
  op.W = W, op.x = x, op.b = b, op.is_table = true, op.smoothing = smoothing;
  return output_loss(tape, op, targets, normalizer);
}

}  // namespace weft
