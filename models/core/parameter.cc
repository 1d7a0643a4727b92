#include "models/core/parameter.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/core/kernels/elementwise.h"

namespace weft {
namespace {

Matrix orthogonal_block(Index rows, Index columns, RandomStream& random) {
  // QR of a tall matrix: of the transpose where the block is wide.
  const bool wide = columns > rows;
  arma::Mat<double> normal(wide ? columns : rows, wide ? rows : columns);
  for (double& entry : normal) entry = random.normal();
  arma::Mat<double> Q, R;
  if (!arma::qr_econ(Q, R, normal)) throw std::runtime_error("QR decomposition failed");
  for (Index j = 0; j < Q.n_cols; ++j)
    if (R(j, j) < 0) Q.col(j) *= -1.0;
  if (wide) arma::inplace_trans(Q);
  return arma::conv_to<Matrix>::from(Q);
}

void fill_uniform(arma::subview<real> block, double bound, RandomStream& random) {
  for (Index j = 0; j < block.n_cols; ++j)
    for (Index i = 0; i < block.n_rows; ++i)
      block(i, j) = static_cast<real>(random.uniform(-bound, bound));
}

void fill_normal(arma::subview<real> block, double deviation, RandomStream& random) {
  for (Index j = 0; j < block.n_cols; ++j)
    for (Index i = 0; i < block.n_rows; ++i)
      block(i, j) = static_cast<real>(deviation * random.normal());
}

}  // namespace

void initialize(Matrix& value, const Initializer& initializer, RandomStream& random) {
  using Kind = Initializer::Kind;
  const Index blocks = static_cast<Index>(initializer.blocks);
  const Index rows = value.n_rows / blocks;
  for (Index k = 0; k < blocks && !value.empty(); ++k) {
    auto block = value.rows(k * rows, (k + 1) * rows - 1);
    const double fan_in = static_cast<double>(value.n_cols), fan_out = static_cast<double>(rows);
    switch (initializer.kind) {
      case Kind::forget_bias:
        block.fill(static_cast<real>(k + 3 == blocks ? initializer.scale : 0));
        break;
      case Kind::zeros:
        block.zeros();
        break;
      case Kind::constant:
        block.fill(static_cast<real>(initializer.scale));
        break;
      case Kind::uniform:
        fill_uniform(block, initializer.scale, random);
        break;
      case Kind::normal:
        fill_normal(block, initializer.scale, random);
        break;
      case Kind::glorot:
        fill_uniform(block, std::sqrt(6.0 / (fan_in + fan_out)), random);
        break;
      case Kind::he:
        fill_normal(block, std::sqrt(2.0 / fan_in), random);
        break;
      case Kind::orthogonal:
        block = orthogonal_block(rows, value.n_cols, random);
        break;
    }
  }
}

Parameter& ParameterStore::add(std::string name, Index rows, Index columns,
                               Initializer initializer) {
  if (find(name)) throw std::logic_error("two parameters are called " + name);
  Parameter& parameter = parameters_.emplace_back();
  parameter.name = std::move(name);
  parameter.rows = rows;
  parameter.columns = columns;
  parameter.initializer = initializer;
  parameter.index = parameters_.size() - 1;
  return parameter;
}

Parameter& ParameterStore::add_table(std::string name, Index rows, Index columns,
                                     Initializer initializer) {
  Parameter& table = add(std::move(name), rows, columns, initializer);
  table.is_table = true;
  return table;
}

void ParameterStore::initialize(std::uint64_t seed) {
  for (Parameter& parameter : parameters_) {
    RandomStream random(seed, "init/" + parameter.name);
    parameter.value.set_size(parameter.rows, parameter.columns);
    weft::initialize(parameter.value, parameter.initializer, random);
  }
}

void ParameterStore::bind(Parameter& parameter, real* memory) {
  // Assignment would copy the elements; only construction makes a matrix a view.
  parameter.value.~Matrix();
  new (&parameter.value) Matrix(memory, parameter.rows, parameter.columns, false, true);
}

void ParameterStore::bind(Parameter& parameter, const QuantizedMatrix& quantized) {
  parameter.value.reset();
  parameter.quantized = quantized;
}

void ParameterStore::quantize() {
  for (Parameter& parameter : parameters_) {
    if (parameter.quantized || !is_quantizable(parameter)) continue;
    quantized_.emplace_back(parameter.value, parameter.is_table);
    bind(parameter, quantized_.back().view());
  }
}

bool ParameterStore::is_quantizable(const Parameter& parameter) {
  constexpr Index kLeast = 16;
  return parameter.rows >= kLeast && parameter.columns >= kLeast;
}

bool ParameterStore::is_quantized() const {
  return std::any_of(begin(), end(), [](const Parameter& p) { return bool(p.quantized); });
}

Parameter* ParameterStore::find(const std::string& name) {
  for (Parameter& parameter : parameters_)
    if (parameter.name == name) return &parameter;
  return nullptr;
}

std::uint64_t ParameterStore::count() const {
  std::uint64_t count = 0;
  for (const Parameter& parameter : parameters_)
    count += std::uint64_t{parameter.rows} * std::uint64_t{parameter.columns};
  return count;
}

Gradients::Gradients(const ParameterStore& store) {
  gradients_.reserve(store.size());  // a vector that grows would copy matrices
  for (const Parameter& parameter : store) {
    Gradient gradient;
    gradient.value.set_size(parameter.rows, parameter.columns);
    gradients_.push_back(std::move(gradient));
    is_touched_.emplace_back(parameter.columns, false);
  }
}

void Gradients::clear() {
  for (std::size_t i = 0; i < gradients_.size(); ++i) {
    for (std::uint32_t column : gradients_[i].columns) is_touched_[i][column] = false;
    gradients_[i].columns.clear();
    gradients_[i].dense = false;
  }
}

real Gradients::begin_dense(std::size_t index) {
  Gradient& gradient = gradients_[index];
  if (gradient.dense) return 1;
  gradient.dense = true;
  if (gradient.columns.empty()) return 0;
  for (Index column = 0; column < gradient.value.n_cols; ++column)
    if (!is_touched_[index][column]) gradient.value.col(column).zeros();
  return 1;
}

void Gradients::add_to_column(std::size_t index, std::uint32_t column, real factor, const real* x) {
  Gradient& gradient = gradients_[index];
  if (gradient.descended) {
    kernels::elementwise().axpby(gradient.value.n_rows, -gradient.rate * factor, x, 1,
                                 gradient.descended->colptr(column));
    return;
  }
  const bool touched = gradient.dense || is_touched_[index][column];
  if (!touched) {
    is_touched_[index][column] = true;
    gradient.columns.push_back(column);
  }
  kernels::elementwise().axpby(gradient.value.n_rows, factor, x, touched ? real{1} : real{0},
                               gradient.value.colptr(column));
}

void Gradients::descend(std::size_t index, Matrix& value, real rate) {
  gradients_[index].descended = &value;
  gradients_[index].rate = rate;
}

void Gradients::finish() {
  for (Gradient& gradient : gradients_) {
    gradient.descended = nullptr;
    std::sort(gradient.columns.begin(), gradient.columns.end());
  }
}

double Gradients::norm() const {
  const auto& kernel = kernels::elementwise();
  double squares = 0;
  for (const Gradient& gradient : gradients_) {
    const Index rows = gradient.value.n_rows;
    if (gradient.dense)
      for (Index j = 0; j < gradient.value.n_cols; ++j)
        squares += kernel.sum_of_squares(rows, gradient.value.colptr(j));
    else
      for (std::uint32_t column : gradient.columns)
        squares += kernel.sum_of_squares(rows, gradient.value.colptr(column));
  }
  return std::sqrt(squares);
}

void Gradients::scale(real factor) {
  for (Gradient& gradient : gradients_) {
    if (gradient.dense) {
      gradient.value *= factor;
    } else {
      for (std::uint32_t column : gradient.columns) gradient.value.col(column) *= factor;
    }
  }
}

}  // namespace weft
