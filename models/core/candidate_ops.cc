// Work on some columns of a batch, or some words of a vocabulary.

#include <algorithm>
#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/gemm.h"
#include "models/core/ops.h"

namespace weft {
namespace {

using kernels::Transpose;

Index as_index(int id) { return static_cast<Index>(id); }

/// The logit of a candidate that is the column's target: as good as −∞, but finite, as the
/// differences of a softmax must be.
constexpr real kHidden = static_cast<real>(-1e30);

/// Candidates of a pass, kept on the tape for the way back.
struct Candidates {
  const int* words;
  const real* offsets;
  std::size_t count;
  const int* targets;

  /// The row where column n's target is among the candidates, or `count`.
  std::size_t hit(Index n) const {
    const int* found = std::lower_bound(words, words + count, targets[n]);
    const bool equal = found != words + count && *found == targets[n];
    return equal ? static_cast<std::size_t>(found - words) : count;
  }
};

void score(const Parameter& table, const Parameter& bias, const Candidates& among, const Matrix& x,
           const Matrix& weights, Matrix& z) {
  const auto& kernel = kernels::elementwise();
  const Index D = x.n_rows, K = among.count;
  for (Index n = 0; n < x.n_cols; ++n)
    for (Index k = 0; k < K; ++k) z(k, n) = bias.value[as_index(among.words[k])] + among.offsets[k];
  kernels::gemm(Transpose::yes, Transpose::no, K, x.n_cols, D, 1, weights.memptr(), D, x.memptr(),
                D, 1, z.memptr(), K + 1);
  for (Index n = 0; n < x.n_cols; ++n) {
    z(K, n) = 0;
    if (among.targets[n] < 0) continue;
    const Index word = as_index(among.targets[n]);
    if (const std::size_t row = among.hit(n); row < K) z(row, n) = kHidden;
    z(K, n) = kernel.dot(D, table.value.colptr(word), x.colptr(n)) + bias.value[word];
  }
}

/// dx = S dz, and the target's part.
void backward_to_input(const GradientTarget& target, const Parameter& table,
                       const Candidates& among, const Matrix& weights, const Matrix& dz) {
  const auto& kernel = kernels::elementwise();
  const Index D = weights.n_rows, K = among.count;
  Matrix& dx = *target.matrix;
  kernels::gemm(Transpose::no, Transpose::no, D, dx.n_cols, K, 1, weights.memptr(), D, dz.memptr(),
                K + 1, target.beta, dx.memptr(), D);
  for (Index n = 0; n < dx.n_cols; ++n)
    if (among.targets[n] >= 0)
      kernel.axpby(D, dz(K, n), table.value.colptr(as_index(among.targets[n])), 1, dx.colptr(n));
}

void backward_to_weights(Tape& tape, std::size_t table, std::size_t bias, const Candidates& among,
                         const Matrix& x, const Matrix& dz) {
  const auto& kernel = kernels::elementwise();
  const Index D = x.n_rows, N = x.n_cols, K = among.count;
  Matrix dS = tape.scratch(D, K);
  kernels::gemm(Transpose::no, Transpose::yes, D, K, N, 1, x.memptr(), D, dz.memptr(), K + 1, 0,
                dS.memptr(), D);
  real* sums = tape.scratch_array<real>(K);
  std::fill_n(sums, K, real{0});
  for (Index n = 0; n < N; ++n) kernel.axpby(K, 1, dz.colptr(n), 1, sums);
  const auto add = [&](int id, real scale, const real* column, real bias_gradient) {
    const std::uint32_t word = static_cast<std::uint32_t>(id);
    tape.gradients().add_to_column(table, word, scale, column);
    tape.gradients().add_to_column(bias, word, 1, &bias_gradient);
  };
  for (Index k = 0; k < K; ++k) add(among.words[k], 1, dS.colptr(k), sums[k]);
  for (Index n = 0; n < N; ++n)
    if (among.targets[n] >= 0) add(among.targets[n], dz(K, n), x.colptr(n), dz(K, n));
}

}  // namespace

Var select_columns(Tape& tape, Var x, const int* columns, std::size_t count) {
  const Index D = x.rows();
  Var y = tape.output(D, count, {x});
  const int* chosen = tape.keep(columns, count);
  for (std::size_t k = 0; k < count; ++k)
    std::memcpy(tape.value(y).colptr(k), x.value().colptr(as_index(chosen[k])), D * sizeof(real));
  tape.record(y, [=](Tape& t) {
    const auto target = t.target(x);
    if (!target) return;
    if (target.beta == 0) target.matrix->zeros();
    const auto& kernel = kernels::elementwise();
    for (std::size_t k = 0; k < count; ++k)
      kernel.axpby(D, 1, y.gradient()->colptr(k), 1, target.matrix->colptr(as_index(chosen[k])));
  });
  return y;
}

Var candidate_logits(Tape& tape, const Parameter& table, const Parameter& bias, Var x,
                     const int* candidates, const real* offsets, std::size_t count,
                     const int* targets) {
  const Index D = x.rows(), N = x.cols();
  const Candidates among{tape.keep(candidates, count), tape.keep(offsets, count), count,
                         tape.keep(targets, N)};
  real* gathered = tape.scratch_array<real>(D * count);
  for (std::size_t k = 0; k < count; ++k)
    std::memcpy(gathered + k * D, table.value.colptr(as_index(candidates[k])), D * sizeof(real));
  Var z = tape.output(count + 1, N, {tape.parameter(table), tape.parameter(bias), x});
  score(table, bias, among, x.value(), Matrix(gathered, D, count, false, true), tape.value(z));
  tape.record(z, [=, weights = &table, bias_index = bias.index](Tape& t) {
    Matrix dz = t.scratch(count + 1, N);
    dz = *z.gradient();
    for (Index n = 0; n < N; ++n)
      if (among.targets[n] < 0)
        dz.col(n).zeros();
      else if (const std::size_t row = among.hit(n); row < count)
        dz(row, n) = 0;
    if (const auto target = t.target(x))
      backward_to_input(target, *weights, among, Matrix(gathered, D, count, false, true), dz);
    backward_to_weights(t, weights->index, bias_index, among, x.value(), dz);
  });
  return z;
}

}  // namespace weft
