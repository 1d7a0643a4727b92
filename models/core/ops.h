// Operations on single columns: products, activations, dropout, losses. Each is a forward and
// backward pair; shapes and equations stand here, D features × N columns.
#pragma once

#include <cstdint>

#include "models/core/tape.h"

namespace weft {

/// y = W x + b. W: M × D, x: D × N, b: M × 1 or an empty Var.
Var affine(Tape& tape, Var W, Var x, Var b = {});
/// y = Wᵀ x + b, for output weights tied to an embedding W: D × M.
Var affine_transposed(Tape& tape, Var W, Var x, Var b = {});
/// Columns ids[0..count) of an E × V table; the gradient touches those columns alone.
/// A negative id gives a column of zeros. Every column is multiplied by `factor`.
Var lookup(Tape& tape, const Parameter& table, const int* ids, std::size_t count, real factor = 1);
/// Mean of the columns of an E × V table for each bag: bag n is ids[offsets[n] .. offsets[n+1]).
/// An empty bag gives zeros. `weights` (one an id) or null; with weights: the weighted sum.
Var lookup_bags(Tape& tape, const Parameter& table, const int* ids, const int* offsets,
                const real* weights, std::size_t bags);
Var add(Tape& tape, Var a, Var b);
Var multiply(Tape& tape, Var a, Var b);  // element by element
/// a on top of b.
Var stack_rows(Tape& tape, Var a, Var b);

/// Columns columns[0..count) of x: D × count. Their gradients are added up in x's.
Var select_columns(Tape& tape, Var x, const int* columns, std::size_t count);
/// Scores of some words of a table E: D × V with bias b: 1 × V, for sampled softmax. Row k < count:
/// E_wᵀ x + b_w + offsets[k] for w = candidates[k], the same words for all columns; row `count`:
/// E_wᵀ x + b_w for w = targets[n]. A candidate that is the column's target is as good as −∞.
/// Candidates rise, none twice; a column with targets[n] < 0 gives nothing to any gradient.
/// x: D × N, result: (count + 1) × N; gradients touch the columns of these words alone.
Var candidate_logits(Tape& tape, const Parameter& table, const Parameter& bias, Var x,
                     const int* candidates, const real* offsets, std::size_t count,
                     const int* targets);

enum class Activation { linear, sigmoid, tanh, relu, leaky_relu, noisy_relu, softplus, gelu, step };
/// Element by element. leaky_relu: max(x, 0.01 x); noisy_relu (Nair & Hinton 2010): while training
/// max(0, x + N(0, σ(x))), else relu; gelu (Hendrycks & Gimpel 2016): x Φ(x), by erf; step
/// (McCulloch & Pitts 1943): 1 where x > 0, else 0, whose gradient is 0.
Var activate(Tape& tape, Var x, Activation activation);
/// activate(affine(W, x, b), activation) and activate(affine_transposed(W, x, b), activation): the
/// activation, its gradient and the sums for the bias each take one pass.
Var dense(Tape& tape, Var W, Var x, Var b, Activation activation);
Var dense_transposed(Tape& tape, Var W, Var x, Var b, Activation activation);
/// Over the rows of each column.
Var softmax(Tape& tape, Var x);

/// Inverted dropout (Srivastava et al. 2014): while training each element is zero with probability
/// `rate`, else divided by 1 − rate; otherwise x itself.
Var dropout(Tape& tape, Var x, double rate);
/// One mask a sequence, the same at each step (Gal & Ghahramani 2016). x: D × (T·B).
Var sequence_dropout(Tape& tape, Var x, double rate, int examples);

/// What becomes of an input that a denoising model shall restore (Vincent et al. 2008).
enum class NoiseKind { none, gaussian, mask, salt_pepper };
struct Noise {
  NoiseKind kind = NoiseKind::none;
  double amount = 0;  // standard deviation, or the share of elements that change
};
/// gaussian: x + N(0, amount²); mask: 0 with probability `amount`; salt_pepper: 0 or 1 with
/// probability amount/2 each. Only while training, else x itself. The gradient flows through the
/// elements that are left.
Var corrupt(Tape& tape, Var x, Noise noise);
/// The same in place, at any time: the numbers drawn depend on `key` and their place alone. `kept`
/// (as many numbers, or null) becomes 1 where the element is left and 0 where it is lost.
void corrupt(Matrix& x, Noise noise, std::uint64_t key, real* kept = nullptr);

/// Losses are 1 × 1: the sum over the counted columns divided by `normalizer` (0: by their number).

/// Softmax cross-entropy with label smoothing ε: target distribution (1 − ε) on targets[n] and ε
/// spread evenly over all M classes. targets[n] < 0: the column is ignored. logits: M × N.
Var softmax_cross_entropy(Tape& tape, Var logits, const int* targets, double smoothing = 0,
                          double normalizer = 0);
/// softmax_cross_entropy(affine(W, x, b), targets, smoothing, normalizer) in half the memory, for
/// the many outputs of a vocabulary; and the same of affine_transposed.
Var affine_cross_entropy(Tape& tape, Var W, Var x, Var b, const int* targets, double smoothing = 0,
                         double normalizer = 0);
Var affine_transposed_cross_entropy(Tape& tape, Var W, Var x, Var b, const int* targets,
                                    double smoothing = 0, double normalizer = 0);
/// Binary cross-entropy from logits, summed over the M rows; targets: M × N of 0 and 1.
Var sigmoid_cross_entropy(Tape& tape, Var logits, const Matrix& targets, double normalizer = 0);
/// Squared error summed over rows, mean over columns: Σ (x − t)².
Var squared_error(Tape& tape, Var x, const Matrix& targets, double normalizer = 0);
/// Cross-entropy of a softmax over the M rows with a distribution instead of one target: column n's
/// is its share of `targets`, numbers ≥ 0 of any sum; a column of zeros gives nothing.
Var distribution_cross_entropy(Tape& tape, Var logits, const Matrix& targets,
                               double normalizer = 0);

/// Penalties on activations h (units × N), 1 × 1, for sparse codes.
/// λ Σ |h| / N
Var l1_penalty(Tape& tape, Var h, double weight);
/// λ Σ_j KL(ρ ‖ mean over the columns of h_j), h in (0, 1): pulls each unit's mean activity to ρ
/// (Ng 2011, "Sparse autoencoder").
Var kl_penalty(Tape& tape, Var h, double activity, double weight);

/// Penalties on what a recurrent layer gives, h: H × (T·B), 1 × 1 (Merity et al. 2017).
/// α · mean over all numbers of h²
Var activation_penalty(Tape& tape, Var h, double weight);
/// β · mean over all numbers of (h_t − h_{t−1})², 0 for a single step.
Var temporal_penalty(Tape& tape, Var h, double weight, int examples);

/// The perceptron criterion (Rosenblatt 1958; several classes: Crammer & Singer's ultraconservative
/// update without margin): max_m logits[m] − logits[target]; its gradient is the perceptron rule.
Var perceptron_loss(Tape& tape, Var logits, const int* targets, double normalizer = 0);

/// Log-probabilities of the target of each column, not on the tape: natural logarithms, 0 where
/// targets[n] < 0.
void log_likelihoods(const Matrix& logits, const int* targets, double* result);

}  // namespace weft
