// Products with a weight matrix, sums and products of two values.

#include <cstring>

#include "models/core/kernels/elementwise.h"
#include "models/core/ops.h"
#include "models/core/recurrent_common.h"
#include "models/core/weight_product.h"

namespace weft {

Var affine(Tape& tape, Var W, Var x, Var b) {
  Var y = tape.output(W.rows(), x.cols(), {W, x, b});
  if (b) fill_columns(tape.value(y), b.value());
  weight_product(W, x.value().memptr(), x.cols(), b ? 1 : 0, tape.value(y).memptr());
  tape.record(y, [=](Tape& t) { input_gradients(t, x, W, b, *y.gradient()); });
  return y;
}

Var affine_transposed(Tape& tape, Var W, Var x, Var b) {
  Var y = tape.output(W.cols(), x.cols(), {W, x, b});
  if (b) fill_columns(tape.value(y), b.value());
  table_product(W, x.value().memptr(), x.cols(), b ? 1 : 0, tape.value(y).memptr());
  tape.record(y, [=](Tape& t) { transposed_input_gradients(t, x, W, b, *y.gradient()); });
  return y;
}

Var add(Tape& tape, Var a, Var b) {
  Var y = tape.output(a.rows(), a.cols(), {a, b});
  tape.value(y) = a.value() + b.value();
  tape.record(y, [=](Tape& t) {
    if (auto target = t.target(a)) target.add(*y.gradient());
    if (auto target = t.target(b)) target.add(*y.gradient());
  });
  return y;
}

Var multiply(Tape& tape, Var a, Var b) {
  Var y = tape.output(a.rows(), a.cols(), {a, b});
  tape.value(y) = a.value() % b.value();
  tape.record(y, [=](Tape& t) {
    if (auto target = t.target(a)) target.add(*y.gradient() % b.value());
    if (auto target = t.target(b)) target.add(*y.gradient() % a.value());
  });
  return y;
}

Var stack_rows(Tape& tape, Var a, Var b) {
  const Index top = a.rows(), bottom = b.rows();
  Var y = tape.output(top + bottom, a.cols(), {a, b});
  Matrix& value = tape.value(y);
  for (Index j = 0; j < value.n_cols; ++j) {
    std::memcpy(value.colptr(j), a.value().colptr(j), top * sizeof(real));
    std::memcpy(value.colptr(j) + top, b.value().colptr(j), bottom * sizeof(real));
  }
  tape.record(y, [=](Tape& t) {
    const auto& kernel = kernels::elementwise();
    const Matrix& dy = *y.gradient();
    if (auto target = t.target(a))
      for (Index j = 0; j < dy.n_cols; ++j)
        kernel.axpby(top, 1, dy.colptr(j), target.beta, target.matrix->colptr(j));
    if (auto target = t.target(b))
      for (Index j = 0; j < dy.n_cols; ++j)
        kernel.axpby(bottom, 1, dy.colptr(j) + top, target.beta, target.matrix->colptr(j));
  });
  return y;
}

}  // namespace weft
