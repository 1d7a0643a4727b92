// A recurrent decoder with attention and input feeding over a whole ragged batch of sequences.

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "models/core/attention_decoder_pass.h"
#include "models/core/kernels/gemm.h"
#include "models/core/kernels/parallel.h"
#include "models/core/kernels/precision.h"

namespace weft {
namespace {

using kernels::Transpose;

template <class Body>
void for_columns(const DecoderPass& pass, const Body& body) {
  kernels::parallel_for(pass.B, columns_a_thread(pass.H), [&](std::size_t begin, std::size_t end) {
    for (Index b = begin; b < end; ++b) body(b);
  });
}

// ---- Forwards.

void cells_forward(const DecoderPass& pass, const DecoderProducts& products, Index t, Index N) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.H;
  for (int l = 0; l < pass.layers; ++l) {
    const DecoderCell& cell = pass.cells[l];
    real* sums = cell.gates + t * pass.B * cell.G;
    if (l == 0) {
      if (products[l].input) (*products[l].input)(pass.fed(t), N, 1, sums);
    } else {
      cell.begin_with_bias(t, N);
      (*products[l].input)(cell.inputs + t * pass.B * H, N, 1, sums);
    }
    cell.add_recurrent(*products[l].recurrent, t, N);
    for_columns(pass, [&](Index b) {
      const Index n = t * pass.B + b;
      cell.step(kernel, t, b, pass.is_real(t, b));
      if (l + 1 < pass.layers && pass.dropout > 0)
        pass.mask(kernel, l + 1, n, cell.hidden + n * H, 0,
                  const_cast<real*>(pass.cells[l + 1].inputs) + n * H);
    });
  }
}

void decoder_forward(Tape& tape, const DecoderPass& pass, Matrix& attended) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.H, B = pass.B;
  const DecoderProducts products(tape, pass, Transpose::no);
  for (Index t = 0; t < pass.steps(); ++t) {
    const Index N = pass.active(t);
    cells_forward(pass, products, t, N);
    const real* hidden = pass.top().hidden + t * B * H;
    if (products.query) (*products.query)(hidden, N, 0, pass.queries + t * B * pass.attention.A);
    Matrix sums(attended.colptr(t * B), H, N, false, true);
    fill_columns(sums, pass.bias.value());
    (*products.output)(hidden, N, 1, sums.memptr());
    for_columns(pass, [&](Index b) {
      real* h = attended.colptr(t * B + b);
      if (!pass.is_real(t, b)) {
        std::memcpy(h, pass.fed(t) + b * H, H * sizeof(real));
        return;
      }
      pass.attention.forward(kernel, b, t, pass.query_of(t * B + b), h);
      kernel.tanh(H, h, h);
    });
  }
}

// ---- Backwards.

/// Gradients that go from a step to the one before: of each layer's state, and of h̃.
struct Carried {
  std::array<real*, kMostDecoderLayers> hidden, cell;  // H × B
  real* feed;                                          // H × B
  real* query;                                         // A × (T·B), additive only
  real* input;                                         // H × B, scratch
};

real* zeros(Tape& tape, Index count) {
  real* numbers = tape.scratch_array<real>(count);
  std::fill_n(numbers, count, real{0});
  return numbers;
}

Carried nothing_carried(Tape& tape, const DecoderPass& pass) {
  Carried carried{};
  const Index size = pass.H * pass.B;
  for (int l = 0; l < pass.layers; ++l) {
    carried.hidden[static_cast<std::size_t>(l)] = zeros(tape, size);
    carried.cell[static_cast<std::size_t>(l)] = zeros(tape, size);
  }
  carried.feed = zeros(tape, size);
  carried.input = tape.scratch_array<real>(size);
  if (pass.queries) carried.query = zeros(tape, pass.attention.A * pass.order.columns());
  return carried;
}

// Through tanh and the attention, to the gradient of the top layer's state.
void attention_backward(const DecoderPass& pass, const DecoderProducts& products, Index t, Index N,
                        const Carried& carried) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.H, B = pass.B, A = pass.attention.A;
  const Matrix& d_attended = *pass.attended.gradient();
  real* dh = carried.hidden[static_cast<std::size_t>(pass.layers - 1)];
  for_columns(pass, [&](Index b) {
    const Index n = t * B + b;
    real* d_feed = carried.feed + b * H;
    real* d_sum = pass.d_sums + n * H;
    kernel.axpby(H, 1, d_attended.colptr(n), 1, d_feed);
    if (!pass.is_real(t, b)) {  // h̃ was carried on, and so is its gradient
      std::memset(d_sum, 0, H * sizeof(real));
      return;
    }
    kernel.tanh_backward(H, pass.attended.value().colptr(n), d_feed, 0, d_sum);
    std::memset(d_feed, 0, H * sizeof(real));
    pass.attention.backward(kernel, b, t, pass.query_of(n), d_sum,
                            carried.query ? carried.query + n * A : dh + b * H);
  });
  (*products.output)(pass.d_sums + t * B * H, N, 1, dh);
  if (products.query) (*products.query)(carried.query + t * B * A, N, 1, dh);
}

void cells_backward(const DecoderPass& pass, const DecoderProducts& products, Index t, Index N,
                    const Carried& carried) {
  const auto& kernel = kernels::elementwise();
  const Index H = pass.H, B = pass.B;
  for (int l = pass.layers - 1; l >= 0; --l) {
    const DecoderCell& cell = pass.cells[l];
    real* dh = carried.hidden[static_cast<std::size_t>(l)];
    real* dc = carried.cell[static_cast<std::size_t>(l)];
    for_columns(pass, [&](Index b) {
      cell.step_backward(kernel, t, b, pass.is_real(t, b), dh + b * H, dc + b * H);
    });
    (*products[l].recurrent)(cell.recurrent_gradients() + t * B * cell.G, N, 1, dh);
    const real* d_gates = cell.gates + t * B * cell.G;
    if (l == 0) {
      if (products[l].input) (*products[l].input)(d_gates, N, 1, carried.feed);
      continue;
    }
    real* below = carried.hidden[static_cast<std::size_t>(l - 1)];
    if (pass.dropout == 0) {
      (*products[l].input)(d_gates, N, 1, below);
      continue;
    }
    (*products[l].input)(d_gates, N, 0, carried.input);
    for (Index b = 0; b < N; ++b)
      pass.mask(kernel, l, t * B + b, carried.input + b * H, 1, below + b * H);
  }
}

// What all steps give to a sentence's values (and keys): one product a sentence.
void memory_gradient(Tape& tape, const DecoderPass& pass, Var memory, const real* columns,
                     const real* weights) {
  const auto target = tape.target(memory);
  if (!target) return;
  const Index rows = memory.rows(), B = pass.B;
  kernels::parallel_for(B, 1, [&](std::size_t begin, std::size_t end) {
    // Too small for bfloat16, which other threads would not know of.
    const kernels::PrecisionScope exact(kernels::Precision::f32);
    for (Index b = begin; b < end; ++b) {
      const Index L = pass.attention.positions(b);
      Index steps = 0;
      while (steps < pass.steps() && pass.is_real(steps, b)) ++steps;
      kernels::gemm(Transpose::no, Transpose::yes, rows, L, steps, 1, columns + b * rows, B * rows,
                    weights + pass.attention.offsets[b], L, target.beta,
                    target.matrix->colptr(pass.attention.first(b)), rows);
    }
  });
}

void attention_gradients(Tape& tape, const DecoderPass& pass, const Carried& carried) {
  const Attention& attention = pass.attention;
  const Index columns = pass.order.columns();
  const Matrix hidden(pass.top().hidden, pass.H, columns, false, true);
  memory_gradient(tape, pass, attention.values, pass.d_sums, attention.weights);
  if (attention.additive()) {
    const Matrix d_queries(carried.query, attention.A, columns, false, true);
    if (auto target = tape.target(attention.keys))
      target.add(Matrix(attention.d_keys, attention.A, attention.keys.cols(), false, true));
    if (auto target = tape.target(pass.query))
      kernels::gemm(Transpose::no, Transpose::yes, d_queries, hidden, target.beta, *target.matrix);
    add_row_sums(tape, attention.score,
                 Matrix(attention.d_score, attention.A, pass.B, false, true));
  } else {
    memory_gradient(tape, pass, attention.keys, pass.top().hidden, attention.d_scores);
  }
  const Matrix d_sums(pass.d_sums, pass.H, columns, false, true);
  if (auto target = tape.target(pass.output))
    kernels::gemm(Transpose::no, Transpose::yes, d_sums, hidden, target.beta, *target.matrix);
  add_row_sums(tape, pass.bias, d_sums);
}

void decoder_backward(DecoderPass pass, Tape& tape) {
  Attention& attention = pass.attention;
  const Index H = pass.H, B = pass.B, columns = pass.order.columns();
  pass.d_sums = tape.scratch_array<real>(H * columns);
  attention.d_scores = tape.scratch_array<real>(attention.offsets[B]);
  if (attention.additive()) {
    attention.d_keys = zeros(tape, attention.A * attention.keys.cols());
    attention.d_score = zeros(tape, attention.A * B);
  }
  const Carried carried = nothing_carried(tape, pass);
  {
    const DecoderProducts products(tape, pass, Transpose::yes);
    for (Index t = pass.steps(); t-- > 0;) {
      const Index N = pass.active(t);
      attention_backward(pass, products, t, N, carried);
      cells_backward(pass, products, t, N, carried);
    }
  }
  attention_gradients(tape, pass, carried);
  for (int l = 0; l < pass.layers; ++l) {
    const Matrix dh(carried.hidden[static_cast<std::size_t>(l)], H, B, false, true);
    const Matrix dc(carried.cell[static_cast<std::size_t>(l)], H, B, false, true);
    pass.cells[l].parameter_gradients(tape, l ? Var() : pass.y, pass.attended.value(),
                                      pass.start_feed, pass.order, dh, dc);
  }
  if (auto target = tape.target(pass.feed)) target.add(Matrix(carried.feed, H, B, false, true));
}

}  // namespace

AttentionResult attention_decoder(Tape& tape, Var y, const AttentionDecoder& decoder,
                                  SequenceShape shape) {
  if (decoder.layer_count < 1 || decoder.layer_count > kMostDecoderLayers)
    throw std::logic_error("a decoder has 1 to 8 layers");
  DecoderPass pass = DecoderPass::make(tape, y, decoder, shape);
  pass.attended = tape.output(
      pass.H, shape.columns(),
      {y, decoder.output, decoder.memory.values, decoder.memory.keys, decoder.layers[0].recurrent});
  decoder_forward(tape, pass, tape.value(pass.attended));

  AttentionResult result;
  result.attended = pass.attended;
  result.weights = pass.attention.weights;
  result.offsets = pass.attention.offsets;
  for (int l = 0; l < pass.layers; ++l) {
    result.hidden[l] = pass.cells[l].hidden_before(pass.steps());
    if (decoder.cell == GatedCell::lstm) result.cell[l] = pass.cells[l].cell_before(pass.steps());
  }
  tape.record(pass.attended, [pass](Tape& t) { decoder_backward(pass, t); });
  return result;
}

}  // namespace weft
