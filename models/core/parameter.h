// Named weights, the store that owns them, and the gradients that belong to them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "models/core/matrix.h"
#include "models/core/quantized_matrix.h"

namespace weft {

/// How a parameter gets its first values. fan_in and fan_out are the matrix's columns and rows.
struct Initializer {
  enum class Kind { zeros, constant, uniform, normal, glorot, he, orthogonal, forget_bias };
  Kind kind = Kind::zeros;
  double scale =
      0;  // constant, forget_bias: the value; uniform: ± scale; normal: standard deviation
  /// For the stacked gates of a recurrent layer: rows are `blocks` matrices on top of each other,
  /// each initialised by itself (an orthogonal 4H × H matrix makes no sense, four H × H do).
  int blocks = 1;

  static Initializer zeros() { return {Kind::zeros, 0, 1}; }
  static Initializer constant(double value) { return {Kind::constant, value, 1}; }
  static Initializer uniform(double scale) { return {Kind::uniform, scale, 1}; }
  static Initializer normal(double deviation) { return {Kind::normal, deviation, 1}; }
  /// Glorot & Bengio 2010: uniform ± sqrt(6 / (fan_in + fan_out)).
  static Initializer glorot(int blocks = 1) { return {Kind::glorot, 0, blocks}; }
  /// He et al. 2015: normal with standard deviation sqrt(2 / fan_in).
  static Initializer he(int blocks = 1) { return {Kind::he, 0, blocks}; }
  /// Biases of stacked LSTM gates: `value` for the forget gate (Jozefowicz et al. 2015), zero
  /// elsewhere. Of four gates (i f g o) that is the second, of three (f g o) the first.
  static Initializer forget_bias(double value, int gates = 4) {
    return {Kind::forget_bias, value, gates};
  }
  /// Saxe et al. 2014: the Q of a QR decomposition of a normal matrix, signs made unique.
  static Initializer orthogonal(int blocks = 1) { return {Kind::orthogonal, 0, blocks}; }
};

/// Fills `value` as `initializer` says, with numbers drawn from `random`.
void initialize(Matrix& value, const Initializer& initializer, RandomStream& random);

struct Parameter {
  std::string name;  // unique in its store, e.g. "encoder.0.input"
  Index rows = 0, columns = 0;
  Matrix value;  // rows × columns once initialize() or bind() has run, empty before
  /// Instead of the value in a model that only answers; empty in every other.
  QuantizedMatrix quantized;
  Initializer initializer;
  /// Its columns are vectors that are looked up, or outputs that a product is taken with; otherwise
  /// the rows are outputs.
  bool is_table = false;
  std::size_t index = 0;  // position in its store
};

/// Owns a model's parameters; addresses stay valid for its life. Layers hold references into it.
class ParameterStore {
 public:
  ParameterStore() = default;
  ParameterStore(const ParameterStore&) = delete;
  ParameterStore& operator=(const ParameterStore&) = delete;

  /// Registers a parameter. Its memory and values come with initialize() or bind(), so that a model
  /// made to receive the weights of a file costs nothing.
  Parameter& add(std::string name, Index rows, Index columns, Initializer initializer);
  /// The same for a table of `columns` vectors, see Parameter::is_table.
  Parameter& add_table(std::string name, Index rows, Index columns, Initializer initializer);
  /// Draws every value; the stream of a parameter depends on `seed` and its name alone.
  void initialize(std::uint64_t seed);
  /// Lets a parameter's value live in memory that outlasts the store (a mapped file).
  void bind(Parameter& parameter, real* memory);
  void bind(Parameter& parameter, const QuantizedMatrix& quantized);
  /// Rounds every large weight matrix to eight bits; vectors, and matrices with fewer than 16
  /// outputs or inputs, stay as they are. What is quantized cannot be trained any more.
  void quantize();
  static bool is_quantizable(const Parameter& parameter);
  bool is_quantized() const;

  std::size_t size() const { return parameters_.size(); }
  Parameter& operator[](std::size_t index) { return parameters_[index]; }
  const Parameter& operator[](std::size_t index) const { return parameters_[index]; }
  Parameter* find(const std::string& name);
  /// Numbers in all parameters together, known before they have values.
  std::uint64_t count() const;

  auto begin() { return parameters_.begin(); }
  auto end() { return parameters_.end(); }
  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }

 private:
  std::deque<Parameter> parameters_;
  std::deque<QuantizedStorage> quantized_;
};

/// The gradient of one parameter. `value` has the parameter's shape, but only the columns that a
/// backward pass touched hold numbers: all of them (`dense`), or those listed in `columns` (an
/// embedding of which a batch used a few words). Everything else counts as zero.
struct Gradient {
  Matrix value;
  bool dense = false;
  std::vector<std::uint32_t> columns;  // sorted once the backward pass is over
  /// Instead: what a column is given changes the parameter at once, see Gradients::descend().
  Matrix* descended = nullptr;
  real rate = 0;

  bool touched() const { return dense || !columns.empty(); }
};

/// Gradients for every parameter of a store, kept from step to step.
class Gradients {
 public:
  explicit Gradients(const ParameterStore& store);

  /// Forgets what the last step wrote; costs nothing for what it did not touch.
  void clear();
  Gradient& operator[](std::size_t index) { return gradients_[index]; }
  const Gradient& operator[](std::size_t index) const { return gradients_[index]; }
  std::size_t size() const { return gradients_.size(); }

  /// For a backward pass that writes the whole matrix: 0 if it must assign, 1 if it must add.
  /// Marks the gradient dense.
  real begin_dense(std::size_t index);
  /// For one that adds to single columns: column += factor · x, and notes the column.
  void add_to_column(std::size_t index, std::uint32_t column, real factor, const real* x);
  /// For the next backward pass: add_to_column() changes `value`, the parameter's, at once, column
  /// −= rate · factor · x, and collects nothing. Right if no operation that comes later in that
  /// pass reads the value; a lookup, whose columns these are, is the first of a model.
  void descend(std::size_t index, Matrix& value, real rate);
  /// Sorts the touched columns; called once by Tape::backward.
  void finish();

  /// Square root of the sum of squares over everything touched.
  double norm() const;
  void scale(real factor);

 private:
  std::vector<Gradient> gradients_;
  std::vector<std::vector<bool>> is_touched_;
};

}  // namespace weft
