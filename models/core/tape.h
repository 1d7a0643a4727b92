// The tape: records the operations of one forward pass and runs them backwards.
//
//   Tape tape(gradients, noise);            // training; Tape tape; answers questions
//   for (…) {
//     tape.reset();                         // keeps its memory
//     Var loss = model.loss(tape, batch);
//     tape.backward(loss);                  // gradients now holds d loss / d parameter
//   }
//
// Every matrix an operation makes lives in the tape's arena until the next reset(). A tape belongs
// to one thread at a time; models are const while they are used, so threads share them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/random.h"
#include "models/core/laid_out_weights.h"
#include "models/core/matrix.h"
#include "models/core/parameter.h"

namespace weft {

/// Memory handed out piece by piece and taken back all at once. After a few rounds of the same work
/// it is a single block and allocates no more.
class Arena {
 public:
  Arena();
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// 64-byte aligned, not initialised.
  void* allocate(std::size_t bytes);
  void reset();
  std::size_t capacity() const;

 private:
  struct Block;
  std::vector<Block> blocks_;
  std::size_t used_ = 0;
};

/// Where a backward pass puts a gradient. False if nobody needs it; else add `beta · *matrix`:
/// beta is 0 for the first contribution (assign), 1 for later ones.
struct GradientTarget {
  Matrix* matrix = nullptr;
  real beta = 0;
  explicit operator bool() const { return matrix != nullptr; }
  /// matrix = beta · matrix + expression
  template <class Expression>
  void add(const Expression& expression) const {
    if (beta == 0)
      *matrix = expression;
    else
      *matrix += expression;
  }
};

/// A value on the tape. Cheap to copy; valid until the tape is reset.
class Var {
 public:
  Var() = default;
  explicit operator bool() const { return node_ != nullptr; }
  const Matrix& value() const { return node_->value; }
  Index rows() const { return node_->value.n_rows; }
  Index cols() const { return node_->value.n_cols; }
  /// A parameter of eight bits: it has rows and columns, but no value.
  const QuantizedMatrix& quantized() const { return node_->quantized; }
  /// A parameter that is laid out, too: its value, or of a table its transpose; empty if it is not.
  const kernels::BandedMatrix& laid_out() const { return node_->laid_out; }
  bool needs_gradient() const { return node_ && node_->needs_gradient; }

  /// During backward, for an operation's output: the gradient that arrived, or null if none did.
  const Matrix* gradient() const { return node_->has_gradient ? &node_->gradient : nullptr; }

 private:
  friend class Tape;
  struct Node {
    Matrix value;
    Matrix gradient;
    QuantizedMatrix quantized;
    kernels::BandedMatrix laid_out;
    bool needs_gradient = false;
    bool has_gradient = false;
    std::ptrdiff_t parameter = -1;
  };
  explicit Var(Node* node) : node_(node) {}
  Node* node_ = nullptr;
};

class Tape {
 public:
  /// Answers: nothing is recorded, dropout does nothing.
  Tape();
  /// The same with weights that are laid out, which must outlive it; null: none.
  explicit Tape(const LaidOutWeights* laid_out);
  /// Trains: records; gradients of parameters go to `gradients`; dropout masks come from `noise`.
  Tape(Gradients& gradients, RandomStream& noise);

  void reset();
  bool training() const { return gradients_ != nullptr; }
  RandomStream& noise() { return *noise_; }
  Gradients& gradients() { return *gradients_; }

  /// A matrix that lives longer than the tape's pass, used without a copy and without a gradient.
  Var constant(const Matrix& value);
  /// The same with a gradient that can be read after backward (initial states, gradient checks).
  Var variable(const Matrix& value);
  Var parameter(const Parameter& parameter);

  // For operations.

  /// A result of the given shape, not initialised. It needs a gradient if one of `inputs` does.
  Var output(Index rows, Index columns, std::initializer_list<Var> inputs);
  /// Writable value of a Var made by output(), until it is returned to the caller.
  Matrix& value(Var var) { return var.node_->value; }
  /// Scratch memory that lasts as long as the pass.
  Matrix scratch(Index rows, Index columns);
  template <class T>
  T* scratch_array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(arena_.allocate(count * sizeof(T)));
  }
  /// Scratch memory that lasts until the next call: for a single operation.
  template <class T>
  T* workspace(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    workspace_.reset();
    return static_cast<T*>(workspace_.allocate(count * sizeof(T)));
  }
  /// A copy that lasts as long as the pass; null of null.
  template <class T>
  const T* keep(const T* items, std::size_t count) {
    if (!items) return nullptr;
    T* copy = scratch_array<T>(count);
    std::copy_n(items, count, copy);
    return copy;
  }
  /// Where to add the gradient of an input. Counts as written: call it once and do write.
  GradientTarget target(Var input);
  /// Keeps a backward function; it runs in reverse order of recording, if a gradient has arrived at
  /// `result`. Captures must be trivially destructible (Vars, pointers into the arena, numbers).
  template <class Backward>
  void record(Var result, Backward backward) {
    record(&result, 1, std::move(backward));
  }
  /// For an operation with several results: runs if any of them has a gradient.
  template <class Backward>
  void record(const Var* results, std::size_t count, Backward backward) {
    if (!training()) return;
    bool needed = false;
    for (std::size_t i = 0; i < count; ++i) needed = needed || results[i].needs_gradient();
    if (!needed) return;
    static_assert(std::is_trivially_destructible_v<Backward>);
    Entry entry;
    entry.results = scratch_array<Var>(count);
    for (std::size_t i = 0; i < count; ++i) new (entry.results + i) Var(results[i]);
    entry.count = count;
    entry.closure = new (arena_.allocate(sizeof(Backward))) Backward(std::move(backward));
    entry.run = [](void* closure, Tape& tape) { (*static_cast<Backward*>(closure))(tape); };
    entries_.push_back(entry);
  }

  /// Runs everything recorded backwards from a 1 × 1 loss. Afterwards gradients() is complete.
  void backward(Var loss);

  std::size_t memory() const { return arena_.capacity() + workspace_.capacity(); }

 private:
  struct Entry {
    Var* results;
    std::size_t count;
    void* closure;
    void (*run)(void* closure, Tape& tape);
  };
  Var make_node();
  Var quantized_parameter(const Parameter& parameter);

  Arena arena_, workspace_;
  std::vector<Entry> entries_;
  Gradients* gradients_ = nullptr;
  RandomStream* noise_ = nullptr;
  const LaidOutWeights* laid_out_ = nullptr;
};

}  // namespace weft
