// Gradient descent and its relatives, in the forms of torch.optim.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "models/core/parameter.h"

namespace weft {

enum class OptimizerKind { sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw };

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::adam;
  double momentum = 0.9;
  double beta1 = 0.9, beta2 = 0.999;  // adam, adamw
  double decay = 0.99;                // rmsprop
  double epsilon = 1e-8;              // adagrad, rmsprop, adam, adamw
  /// Penalties act on every parameter, biases too, as in PyTorch; of an embedding only on the
  /// columns a batch touched.
  double l1 = 0;  // subgradient λ·sign(w) added to the gradient, before the optimizer's own scaling
  double l2 = 0;  // λ·w likewise; adamw decouples it: w −= rate·λ·w (Loshchilov & Hutter 2019)
  void visit(OptionVisitor& v);
};

/// Changes parameters by their gradients. Only touched columns are read or written: an embedding
/// costs what the batch used, and columns it did not use keep their values and their state (no
/// decay of moments, no penalty), as torch.optim.SparseAdam does. Bias corrections count all steps.
///
/// State matrices are allocated, and zero, from construction on; a step allocates nothing.
class Optimizer {
 public:
  /// `store` must outlive the optimizer and not grow any more.
  static std::unique_ptr<Optimizer> make(const OptimizerOptions& options, ParameterStore& store);
  virtual ~Optimizer() = default;

  /// Before a backward pass whose gradients will not be scaled: where a column's update needs
  /// nothing but its gradient (plain descent without penalties), that pass may make it on the spot.
  /// Such columns are no part of the gradients afterwards, nor of their norm.
  virtual void descend_in_backward(Gradients&, double /*learning_rate*/) {}
  /// One update. The gradients count as multiplied by `gradient_scale`: clipping without another
  /// pass through memory.
  void step(const Gradients& gradients, double learning_rate, double gradient_scale = 1);

  /// State matrices by name ("first/recurrent.0.input"), for checkpoints; the counts of steps.
  struct NamedState {
    std::string name;
    Matrix* value;
  };
  virtual std::vector<NamedState> state() = 0;
  std::uint64_t steps() const { return steps_; }
  void set_steps(std::uint64_t steps) { steps_ = steps; }

 protected:
  Optimizer(const OptimizerOptions& options, ParameterStore& store);
  /// Updates n consecutive numbers of parameter `index`, beginning at `offset`. `gradient` is
  /// complete: scaled, with penalties. Runs in several threads, on parts that do not overlap.
  virtual void update(std::size_t index, std::size_t offset, std::size_t n, const real* gradient,
                      double learning_rate) = 0;

  OptimizerOptions options_;
  ParameterStore& store_;
  std::uint64_t steps_ = 0;

 private:
  void update_span(std::size_t index, std::size_t offset, std::size_t n, const real* gradient,
                   double learning_rate, double gradient_scale);
};

/// State matrices that each optimizer keeps for each parameter (0 to 2), for memory estimates.
int state_matrices(OptimizerKind kind);

}  // namespace weft
