// Columns of a table by id. The gradient touches those columns alone.

#include <algorithm>

#include "models/core/ops.h"
#include "models/core/weight_product.h"

namespace weft {
namespace {

real bag_weight(const int* offsets, const real* weights, std::size_t bag, int i) {
  return weights ? weights[i] : real(1) / static_cast<real>(offsets[bag + 1] - offsets[bag]);
}

}  // namespace

Var lookup(Tape& tape, const Parameter& table, const int* ids, std::size_t count, real factor) {
  const Index E = table.rows;
  Var y = tape.output(E, count, {tape.parameter(table)});
  Matrix& value = tape.value(y);
  for (std::size_t n = 0; n < count; ++n) {
    if (ids[n] < 0)
      value.col(n).zeros();
    else
      table_column(table, static_cast<Index>(ids[n]), factor, 0, value.colptr(n));
  }
  if (!tape.training()) return y;
  const int* words = tape.keep(ids, count);
  tape.record(y, [=, index = table.index](Tape& t) {
    for (std::size_t n = 0; n < count; ++n) {
      if (words[n] < 0) continue;
      t.gradients().add_to_column(index, static_cast<std::uint32_t>(words[n]), factor,
                                  y.gradient()->colptr(n));
    }
  });
  return y;
}

Var lookup_bags(Tape& tape, const Parameter& table, const int* ids, const int* offsets,
                const real* weights, std::size_t bags) {
  const Index E = table.rows;
  Var y = tape.output(E, bags, {tape.parameter(table)});
  Matrix& value = tape.value(y);
  value.zeros();
  for (std::size_t n = 0; n < bags; ++n)
    for (int i = offsets[n]; i < offsets[n + 1]; ++i)
      table_column(table, static_cast<Index>(ids[i]), bag_weight(offsets, weights, n, i), 1,
                   value.colptr(n));
  if (!tape.training()) return y;
  const std::size_t count = static_cast<std::size_t>(offsets[bags]);
  const int* words = tape.keep(ids, count);
  const int* starts = tape.keep(offsets, bags + 1);
  const real* shares = tape.keep(weights, count);
  tape.record(y, [=, index = table.index](Tape& t) {
    for (std::size_t n = 0; n < bags; ++n)
      for (int i = starts[n]; i < starts[n + 1]; ++i)
        t.gradients().add_to_column(index, static_cast<std::uint32_t>(words[i]),
                                    bag_weight(starts, shares, n, i), y.gradient()->colptr(n));
  });
  return y;
}

}  // namespace weft
