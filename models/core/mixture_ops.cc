// Mixtures of softmaxes. K·V·N logits would be the largest thing by far in a training step, so only
// some positions have theirs at a time. Backward would have to make them again, a third more
// products; so the gradients are made while the logits are there, and backward hands them on.

#include "models/core/mixture_ops.h"

#include <algorithm>
#include <cmath>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/gemm.h"
#include "models/core/kernels/parallel.h"
#include "models/core/kernels/transpose.h"
#include "models/core/weight_product.h"

namespace weft {
namespace {

using kernels::Elementwise;
using kernels::Transpose;

/// Columns whose bias gradient is summed by one thread.
constexpr Index kChunkColumns = 32;

/// N positions in parts as equal as they can be.
struct Blocks {
  explicit Blocks(const Mixture& mixture) : N(mixture.prior.cols()) {
    const Index most = std::max<Index>(1, kMixtureColumns / mixture.components());
    count = (N + most - 1) / most;
    positions = count ? (N + count - 1) / count : 0;
  }
  Index begin(Index block) const { return std::min(N, block * positions); }

  Index N, count, positions;
};

/// z, V × K·(end − begin): W h of the positions [begin, end), K columns a position.
void products(const Mixture& in, Index begin, Index end, real* z) {
  const Index K = in.components();
  const auto product = in.is_table ? table_product : weight_product;
  product(in.W, in.latent.value().colptr(begin), K * (end - begin), 0, z);
}

double log_sum_exp(Index count, const double* x) {
  const double top = *std::max_element(x, x + count);
  double sum = 0;
  for (Index i = 0; i < count; ++i) sum += std::exp(x[i] - top);
  return top + std::log(sum);
}

/// Everything backward needs; plain values, so that the tape may keep it.
struct MixtureLoss {
  Mixture in;
  Index V, D, K, N;
  const int* targets;  // N
  double* joint;       // K × N: log π_k p_k(target)
  double* totals;      // K × N: Σ exp(z − max z), the exponentials standing in z
  double* losses;      // N
  real scale;          // 1 / number of targets
  // For an incoming gradient of 1; null if nobody wants any. d_weight: V × D, of a table, too.
  real *d_latent, *d_prior, *d_weight, *d_b;

  Index chunk() const { return std::max<Index>(1, kChunkColumns / K); }
  void finish_position(const Elementwise& kernel, Index n, real* z, real* sums) const;
  void ignore_position(Index n, real* z) const;
  void gradients_of_position(const Elementwise& kernel, Index n, real* z, real* sums) const;
  void finish_block(Index begin, Index end, real* z, real* sums) const;
  void products_of_gradients(Index begin, Index end, const real* weight, const real* z) const;
};

void MixtureLoss::ignore_position(Index n, real* z) const {
  losses[n] = 0;
  if (!d_latent) return;
  std::fill_n(z, K * V, real{0});
  std::fill_n(d_prior + n * K, K, real{0});
}

/// z: the V × K products of the position; afterwards their gradients.
void MixtureLoss::finish_position(const Elementwise& kernel, Index n, real* z, real* sums) const {
  if (targets[n] < 0) return ignore_position(n, z);
  const real* prior = in.prior.value().colptr(n);
  const double log_priors = kernel.log_sum_exp(K, prior);
  for (Index k = 0; k < K; ++k) {
    real* column = z + k * V;
    kernel.axpby(V, 1, in.b.value().memptr(), 1, column);
    const real top = kernel.max(V, column), score = column[targets[n]] - top;
    const double total = kernel.exp_sum(V, top, column);
    totals[n * K + k] = total;
    joint[n * K + k] =
        static_cast<double>(prior[k]) - log_priors + static_cast<double>(score) - std::log(total);
  }
  losses[n] = -log_sum_exp(K, joint + n * K);
  if (d_latent) gradients_of_position(kernel, n, z, sums);
}

// With γ_k = π_k p_k(target) / P(target), the share that component k has in the target:
// dz_k = γ_k (p_k − [target]), d prior_k = π_k − γ_k.
void MixtureLoss::gradients_of_position(const Elementwise& kernel, Index n, real* z,
                                        real* sums) const {
  const Index word = static_cast<Index>(targets[n]);
  real* d_priors = d_prior + n * K;
  kernel.scaled_exp(K, scale, static_cast<real>(kernel.log_sum_exp(K, in.prior.value().colptr(n))),
                    in.prior.value().colptr(n), 0, d_priors);
  for (Index k = 0; k < K; ++k) {
    const double share = static_cast<double>(scale) * std::exp(joint[n * K + k] + losses[n]);
    const real right = static_cast<real>(share);
    kernel.scale_and_add(V, static_cast<real>(share / totals[n * K + k]), z + k * V, sums);
    z[k * V + word] -= right;
    sums[word] -= right;
    d_priors[k] -= right;
  }
}

/// sums: V × chunks.
void MixtureLoss::finish_block(Index begin, Index end, real* z, real* sums) const {
  const Index chunks = (end - begin + chunk() - 1) / chunk();
  kernels::parallel_for(
      chunks, 1 + (1u << 13) / (chunk() * K * (V + 1)), [&](std::size_t first, std::size_t last) {
        const auto& kernel = kernels::elementwise();
        for (Index c = first; c < last; ++c) {
          real* own = sums + c * V;
          if (d_b) std::fill_n(own, V, real{0});
          for (Index n = begin + c * chunk(); n < std::min(end, begin + (c + 1) * chunk()); ++n)
            finish_position(kernel, n, z + (n - begin) * K * V, own);
        }
      });
  if (!d_b) return;
  for (Index c = 0; c < chunks; ++c)
    kernels::elementwise().axpby(V, 1, sums + c * V, begin + c ? 1 : 0, d_b);
}

/// weight: V × D.
void MixtureLoss::products_of_gradients(Index begin, Index end, const real* weight,
                                        const real* z) const {
  const Index columns = K * (end - begin);
  kernels::gemm(Transpose::yes, Transpose::no, D, columns, V, 1, weight, V, z, V, 0,
                d_latent + begin * K * D, D);
  kernels::gemm(Transpose::no, Transpose::yes, V, D, columns, 1, z, V,
                in.latent.value().colptr(begin), D, begin ? 1 : 0, d_weight, V);
}

void hand_on(Tape& tape, Var input, const real* gradient, real incoming) {
  const auto target = tape.target(input);
  if (!target) return;
  kernels::parallel_for(
      target.matrix->n_elem, kernels::kPassGrain, [&](std::size_t begin, std::size_t end) {
        kernels::elementwise().axpby(end - begin, incoming, gradient + begin, target.beta,
                                     target.matrix->memptr() + begin);
      });
}

void allocate_gradients(Tape& tape, MixtureLoss& op) {
  op.d_latent = tape.scratch_array<real>(op.D * op.K * op.N);
  op.d_prior = tape.scratch_array<real>(op.K * op.N);
  op.d_weight = tape.scratch_array<real>(op.V * op.D);
  op.d_b = tape.scratch_array<real>(op.V);
  if (op.N > 0) return;  // the first block assigns
  std::fill_n(op.d_weight, op.V * op.D, real{0});
  std::fill_n(op.d_b, op.V, real{0});
}

MixtureLoss prepared(Tape& tape, const Mixture& mixture, const int* targets) {
  MixtureLoss op{};
  op.in = mixture;
  op.V = mixture.words(), op.D = mixture.depth();
  op.K = mixture.components(), op.N = mixture.prior.cols();
  op.targets = tape.keep(targets, op.N);
  op.joint = tape.scratch_array<double>(op.K * op.N);
  op.totals = tape.scratch_array<double>(op.K * op.N);
  op.losses = tape.scratch_array<double>(op.N);
  return op;
}

/// What the blocks of a pass use in turn.
struct Memory {
  Memory(Tape& tape, const MixtureLoss& op, const Blocks& blocks) {
    const Index chunks = (blocks.positions + op.chunk() - 1) / op.chunk();
    const Index logits = op.V * op.K * blocks.positions;
    z = tape.workspace<real>(logits + op.V * chunks + op.V * op.D);
    sums = z + logits;
    turned = sums + op.V * chunks;
  }
  real* z;       // V × K·positions
  real* sums;    // V × chunks
  real* turned;  // W's numbers
};

/// The blocks' products are quickest with the table as it multiplies latent vectors and with the
/// weight as it multiplies gradients: W is one of them, the other is worth a copy.
void train(const MixtureLoss& op, const Blocks& blocks, const Memory& memory) {
  const real* W = op.in.W.value().memptr();
  kernels::transpose(op.in.W.rows(), op.in.W.cols(), W, memory.turned);
  const real* table = op.in.is_table ? W : memory.turned;
  const real* weight = op.in.is_table ? memory.turned : W;
  for (Index block = 0; block < blocks.count; ++block) {
    const Index begin = blocks.begin(block), end = blocks.begin(block + 1);
    kernels::gemm(Transpose::yes, Transpose::no, op.V, op.K * (end - begin), op.D, 1, table, op.D,
                  op.in.latent.value().colptr(begin), op.D, 0, memory.z, op.V);
    op.finish_block(begin, end, memory.z, memory.sums);
    op.products_of_gradients(begin, end, weight, memory.z);
  }
}

void answer(const MixtureLoss& op, const Blocks& blocks, const Memory& memory) {
  for (Index block = 0; block < blocks.count; ++block) {
    const Index begin = blocks.begin(block), end = blocks.begin(block + 1);
    products(op.in, begin, end, memory.z);
    op.finish_block(begin, end, memory.z, memory.sums);
  }
}

void hand_on_gradients(Tape& tape, const MixtureLoss& op, real incoming) {
  const real* d_W = op.d_weight;
  if (op.in.is_table) {
    real* turned = tape.workspace<real>(op.V * op.D);
    kernels::transpose(op.V, op.D, op.d_weight, turned);
    d_W = turned;
  }
  hand_on(tape, op.in.W, d_W, incoming);
  hand_on(tape, op.in.b, op.d_b, incoming);
  hand_on(tape, op.in.latent, op.d_latent, incoming);
  hand_on(tape, op.in.prior, op.d_prior, incoming);
}

/// A column's log-probabilities from its K products. y: V.
void mix(const Elementwise& kernel, const Mixture& in, Index n, real* z, real* y) {
  const Index V = in.words(), K = in.components();
  const real* prior = in.prior.value().colptr(n);
  const double log_priors = kernel.log_sum_exp(K, prior);
  for (Index k = 0; k < K; ++k) {
    real* column = z + k * V;
    kernel.axpby(V, 1, in.b.value().memptr(), 1, column);
    const double log_sum = kernel.log_sum_exp(V, column);
    const real shift = static_cast<real>(static_cast<double>(prior[k]) - log_priors - log_sum);
    if (k == 0)
      std::transform(column, column + V, y, [=](real score) { return score + shift; });
    else
      kernel.log_add_exp(V, shift, column, y);
  }
}

}  // namespace

Var mixture_cross_entropy(Tape& tape, const Mixture& mixture, const int* targets) {
  MixtureLoss op = prepared(tape, mixture, targets);
  const double counted =
      std::max<double>(1, static_cast<double>(std::count_if(
                              targets, targets + op.N, [](int target) { return target >= 0; })));
  op.scale = static_cast<real>(1 / counted);
  Var loss = tape.output(1, 1, {mixture.W, mixture.b, mixture.latent, mixture.prior});
  if (loss.needs_gradient()) allocate_gradients(tape, op);

  const Blocks blocks(mixture);
  const Memory memory(tape, op, blocks);
  if (op.d_latent)
    train(op, blocks, memory);
  else
    answer(op, blocks, memory);
  double total = 0;
  for (Index n = 0; n < op.N; ++n) total += op.losses[n];
  tape.value(loss)(0, 0) = static_cast<real>(total / counted);

  tape.record(loss, [=](Tape& t) { hand_on_gradients(t, op, (*loss.gradient())(0, 0)); });
  return loss;
}

Var mixture_log_probabilities(Tape& tape, const Mixture& mixture) {
  const Index V = mixture.words(), K = mixture.components();
  Var result = tape.output(V, mixture.prior.cols(), {});
  const Blocks blocks(mixture);
  real* z = tape.workspace<real>(V * K * blocks.positions);
  for (Index block = 0; block < blocks.count; ++block) {
    const Index begin = blocks.begin(block), end = blocks.begin(block + 1);
    products(mixture, begin, end, z);
    kernels::parallel_for(end - begin, 1 + (1u << 13) / (K * (V + 1)),
                          [&](std::size_t first, std::size_t last) {
                            for (Index n = first; n < last; ++n)
                              mix(kernels::elementwise(), mixture, begin + n, z + n * K * V,
                                  tape.value(result).colptr(begin + n));
                          });
  }
  return result;
}

}  // namespace weft
