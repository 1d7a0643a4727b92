// Pooling over time: a ragged batch of sequences becomes a column each. Padding is never read.

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/recurrent_common.h"
#include "models/core/sequence_ops.h"

namespace weft {
namespace {

Index column_of(const SequenceShape& shape, int step, int example) {
  return static_cast<Index>(step) * static_cast<Index>(shape.examples) +
         static_cast<Index>(example);
}

// body(example) for every sequence, over the threads.
template <class Body>
void for_each_example(const SequenceShape& shape, Index rows, const Body& body) {
  const std::size_t work = 1 + rows * static_cast<Index>(shape.steps);
  kernels::parallel_for(static_cast<std::size_t>(shape.examples), 1 + (1u << 14) / work,
                        [&](std::size_t begin, std::size_t end) {
                          for (std::size_t b = begin; b < end; ++b) body(static_cast<int>(b));
                        });
}

// Softmax over the steps of one sequence; weights: 1 × (T·B).
void weights_over_time(const SequenceShape& shape, int b, const Matrix& scores, real* weights) {
  real highest = -std::numeric_limits<real>::infinity();
  for (int step = 0; step < shape.length(b); ++step)
    highest = std::max(highest, scores[column_of(shape, step, b)]);
  real total = 0;
  for (int step = 0; step < shape.length(b); ++step) {
    const Index n = column_of(shape, step, b);
    weights[n] = std::exp(scores[n] - highest);
    total += weights[n];
  }
  for (int step = 0; step < shape.length(b); ++step) weights[column_of(shape, step, b)] /= total;
}

}  // namespace

// y_b = x at the last step of sequence b
Var last_over_time(Tape& tape, Var x, SequenceShape shape) {
  shape = kept_shape(tape, shape);
  Var y = tape.output(x.rows(), static_cast<Index>(shape.examples), {x});
  Matrix& value = tape.value(y);
  value.zeros();
  for (int b = 0; b < shape.examples; ++b)
    if (const int length = shape.length(b))
      value.col(static_cast<Index>(b)) = x.value().col(column_of(shape, length - 1, b));
  tape.record(y, [=](Tape& t) {
    const auto target = t.target(x);
    if (!target) return;
    if (target.beta == 0) target.matrix->zeros();
    for (int b = 0; b < shape.examples; ++b)
      if (const int length = shape.length(b))
        target.matrix->col(column_of(shape, length - 1, b)) +=
            y.gradient()->col(static_cast<Index>(b));
  });
  return y;
}

// y_b = 1/T_b Σ_t x_t
Var mean_over_time(Tape& tape, Var x, SequenceShape shape) {
  shape = kept_shape(tape, shape);
  const Index D = x.rows();
  Var y = tape.output(D, static_cast<Index>(shape.examples), {x});
  Matrix& value = tape.value(y);
  value.zeros();
  for_each_example(shape, D, [&](int b) {
    const auto& kernel = kernels::elementwise();
    const real share = real(1) / static_cast<real>(std::max(1, shape.length(b)));
    for (int step = 0; step < shape.length(b); ++step)
      kernel.axpby(D, share, x.value().colptr(column_of(shape, step, b)), 1,
                   value.colptr(static_cast<Index>(b)));
  });
  tape.record(y, [=](Tape& t) {
    const auto target = t.target(x);
    if (!target) return;
    if (target.beta == 0) target.matrix->zeros();
    for_each_example(shape, D, [&](int b) {
      const auto& kernel = kernels::elementwise();
      const real share = real(1) / static_cast<real>(std::max(1, shape.length(b)));
      for (int step = 0; step < shape.length(b); ++step)
        kernel.axpby(D, share, y.gradient()->colptr(static_cast<Index>(b)), 1,
                     target.matrix->colptr(column_of(shape, step, b)));
    });
  });
  return y;
}

// y_b = max_t x_t, each feature by itself; the gradient goes to the first of the largest.
Var max_over_time(Tape& tape, Var x, SequenceShape shape) {
  shape = kept_shape(tape, shape);
  const Index D = x.rows(), B = static_cast<Index>(shape.examples);
  Var y = tape.output(D, B, {x});
  Matrix& value = tape.value(y);
  value.zeros();
  int* winners = tape.scratch_array<int>(D * B);
  for_each_example(shape, D, [&](int b) {
    real* best = value.colptr(static_cast<Index>(b));
    int* winner = winners + static_cast<Index>(b) * D;
    for (int step = 0; step < shape.length(b); ++step) {
      const real* candidate = x.value().colptr(column_of(shape, step, b));
      for (Index d = 0; d < D; ++d)
        if (step == 0 || candidate[d] > best[d]) best[d] = candidate[d], winner[d] = step;
    }
  });
  tape.record(y, [=](Tape& t) {
    const auto target = t.target(x);
    if (!target) return;
    if (target.beta == 0) target.matrix->zeros();
    for (int b = 0; b < shape.examples; ++b) {
      if (shape.length(b) == 0) continue;
      const int* winner = winners + static_cast<Index>(b) * D;
      for (Index d = 0; d < D; ++d)
        (*target.matrix)(d, column_of(shape, winner[d], b)) +=
            (*y.gradient())(d, static_cast<Index>(b));
    }
  });
  return y;
}

// α = softmax_t(scores),  y_b = Σ_t α_t x_t
//   dx_t = α_t dy,  dα_t = x_t · dy,  dscores_t = α_t (dα_t − Σ_s α_s dα_s)
// As Σ_s α_s dα_s = y · dy, no dα needs to be stored.
Var attention_over_time(Tape& tape, Var x, Var scores, SequenceShape shape) {
  shape = kept_shape(tape, shape);
  const Index D = x.rows();
  Var y = tape.output(D, static_cast<Index>(shape.examples), {x, scores});
  Matrix& value = tape.value(y);
  value.zeros();
  real* weights = tape.scratch_array<real>(x.cols());
  for_each_example(shape, D, [&](int b) {
    const auto& kernel = kernels::elementwise();
    weights_over_time(shape, b, scores.value(), weights);
    for (int step = 0; step < shape.length(b); ++step) {
      const Index n = column_of(shape, step, b);
      kernel.axpby(D, weights[n], x.value().colptr(n), 1, value.colptr(static_cast<Index>(b)));
    }
  });
  tape.record(y, [=](Tape& t) {
    const auto dx = t.target(x), d_scores = t.target(scores);
    if (dx && dx.beta == 0) dx.matrix->zeros();
    if (d_scores && d_scores.beta == 0) d_scores.matrix->zeros();
    for_each_example(shape, D, [&](int b) {
      const auto& kernel = kernels::elementwise();
      const real* dy = y.gradient()->colptr(static_cast<Index>(b));
      const real mean = kernel.dot(D, y.value().colptr(static_cast<Index>(b)), dy);
      for (int step = 0; step < shape.length(b); ++step) {
        const Index n = column_of(shape, step, b);
        if (dx) kernel.axpby(D, weights[n], dy, 1, dx.matrix->colptr(n));
        if (d_scores)
          (*d_scores.matrix)[n] += weights[n] * (kernel.dot(D, x.value().colptr(n), dy) - mean);
      }
    });
  });
  return y;
}

}  // namespace weft
