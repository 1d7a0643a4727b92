// What the recurrent operations share: the order of steps, and the products that are one for all
// steps.
#pragma once

#include "models/core/sequence_ops.h"
#include "models/core/step_product.h"

namespace weft {

/// The shape with its lengths copied into the tape's arena: the caller's may be gone when backward
/// runs.
SequenceShape kept_shape(Tape& tape, SequenceShape shape);

/// The steps of a pass in the order they are taken, and which of them are padding.
class StepOrder {
 public:
  StepOrder() = default;
  StepOrder(Tape& tape, SequenceShape shape, Direction direction);

  int steps() const { return shape_.steps; }
  Index examples() const { return static_cast<Index>(shape_.examples); }
  Index columns() const { return shape_.columns(); }
  /// The time step that is taken as number s.
  Index step(int s) const {
    return static_cast<Index>(direction_ == Direction::forward ? s : shape_.steps - 1 - s);
  }
  bool real_step(int s, std::size_t example) const {
    return static_cast<int>(step(s)) < shape_.length(static_cast<int>(example));
  }

 private:
  SequenceShape shape_;
  Direction direction_ = Direction::forward;
};

/// Sequences of H units a thread should at least have to itself.
std::size_t columns_a_thread(Index H);

/// Every column of y = b.
void fill_columns(Matrix& y, const Matrix& b);

/// W x + b for all steps at once, in the arena.
real* input_product(Tape& tape, Var W, Var x, Var b);

/// The values of a state, zeros for an empty Var.
const real* start_state(Tape& tape, Var state, Index H, Index B);

/// The block of the step taken last (the start if there is none).
void copy_final_state(const StepOrder& order, const real* states, const real* start, Matrix& final);

/// destination = *source, or zeros.
void copy_or_zero(const Matrix* source, Matrix& destination);

/// U or Uᵀ, for all steps.
StepProduct recurrent_product(Tape& tape, Var U, kernels::Transpose transpose,
                              const StepOrder& order);

/// After the sums' gradients of step s are known: dh becomes Uᵀ · d_sums + beta · dh, the gradient
/// of the state before it; for a padded sequence dh stays, as the state was only carried on.
void pass_gradient_to_earlier_step(const StepProduct& U_transposed, const real* d_sums, Index rows,
                                   const StepOrder& order, int s, real beta, Matrix& dh);

/// dx = Wᵀ d_sums, dW = d_sums xᵀ, db = row sums of d_sums, unless b is empty.
void input_gradients(Tape& tape, Var x, Var W, Var b, const Matrix& d_sums);
/// The same for the sums Wᵀ x + b: dx = W d_sums, dW = x d_sumsᵀ.
void transposed_input_gradients(Tape& tape, Var x, Var W, Var b, const Matrix& d_sums);

/// dU = Σ_s d_sums(step s) · h(step s − 1)ᵀ, one product for all steps but the first taken.
void recurrent_gradient(Tape& tape, Var U, const Matrix& d_sums, const Matrix& hidden,
                        const real* start_hidden, const StepOrder& order);

/// target += the sum over columns.
void add_row_sums(Tape& tape, Var b, const Matrix& d_sums);

}  // namespace weft
