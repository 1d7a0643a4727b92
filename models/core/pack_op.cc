// Ragged sequences without their padding, each in one piece.

#include <algorithm>
#include <cstring>

#include "models/core/attention_ops.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/recurrent_common.h"

namespace weft {
namespace {

/// Calls use(column in the padded batch, column in the packed one) for every real position.
template <class Use>
void for_each_position(SequenceShape shape, const Use& use) {
  Index packed = 0;
  const Index B = static_cast<Index>(shape.examples);
  for (int b = 0; b < shape.examples; ++b)
    for (int t = 0; t < shape.length(b); ++t)
      use(static_cast<Index>(t) * B + static_cast<Index>(b), packed++);
}

Index positions(SequenceShape shape) {
  Index count = 0;
  for (int b = 0; b < shape.examples; ++b) count += static_cast<Index>(shape.length(b));
  return count;
}

}  // namespace

Var pack_sequences(Tape& tape, Var x, SequenceShape shape) {
  const Index D = x.rows();
  const SequenceShape kept = kept_shape(tape, shape);
  Var y = tape.output(D, positions(shape), {x});
  Matrix& value = tape.value(y);
  for_each_position(shape, [&](Index from, Index to) {
    std::memcpy(value.colptr(to), x.value().colptr(from), D * sizeof(real));
  });
  tape.record(y, [=](Tape& t) {
    const auto target = t.target(x);
    if (!target) return;
    if (target.beta == 0) target.matrix->zeros();
    for_each_position(kept, [&](Index from, Index to) {
      kernels::elementwise().axpby(D, 1, y.gradient()->colptr(to), 1, target.matrix->colptr(from));
    });
  });
  return y;
}

}  // namespace weft
