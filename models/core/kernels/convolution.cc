#include "models/core/kernels/convolution.h"

#ifndef WEFT_DOUBLE
#include <algorithm>
#include <dnnl.hpp>
#include <map>
#include <tuple>
#endif

namespace weft::kernels {

#ifdef WEFT_DOUBLE

void convolve(const ConvolutionShape& shape, const real* W, const real* X, Index N, real* Y) {
  loops::convolve(shape, W, X, N, Y);
}

void convolve_back(const ConvolutionShape& shape, const real* W, const real* dY, Index N,
                   real* dX) {
  loops::convolve_back(shape, W, dY, N, dX);
}

void convolve_weights(const ConvolutionShape& shape, const real* X, const real* dY, Index N,
                      real* dW) {
  loops::convolve_weights(shape, X, dY, N, dW);
}

#else

namespace {

using dnnl::memory;
using Forward = dnnl::convolution_forward;
using BackwardData = dnnl::convolution_backward_data;
using BackwardWeights = dnnl::convolution_backward_weights;

memory::dim dim(Index size) { return static_cast<memory::dim>(size); }

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

/// How our matrices lie in memory, and how oneDNN may choose to have them.
struct Layout {
  memory::desc stored, any;
};

Layout layout(const memory::dims& sizes, const memory::dims& strides) {
  constexpr auto f32 = memory::data_type::f32;
  return {memory::desc(sizes, f32, strides), memory::desc(sizes, f32, memory::format_tag::any)};
}

Layout pictures(Index N, Index channels, Index height, Index width) {
  return layout({dim(N), dim(channels), dim(height), dim(width)},
                {dim(channels * height * width), dim(height * width), dim(width), 1});
}

Layout kernels_of(const ConvolutionShape& s) {
  const memory::dim O = dim(s.outputs), K = dim(s.kernel);
  return layout({O, dim(s.channels), K, K}, {1, O * K * K, O * K, O});
}

/// The three primitives of one shape.
struct Convolution {
  Convolution(const ConvolutionShape& s, Index N)
      : x(pictures(N, s.channels, s.height, s.width)),
        y(pictures(N, s.outputs, s.output_height(), s.output_width())),
        w(kernels_of(s)),
        strides{dim(s.stride), dim(s.stride)},
        padding{dim(s.padding), dim(s.padding)},
        forward_description(describe_forward()),
        back_description(describe_back()),
        weights_description(describe_weights()),
        forward(forward_description),
        back(back_description),
        weights(weights_description) {}

  static constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;

#if DNNL_VERSION_MAJOR == 2
  Forward::primitive_desc describe_forward() const {
    return {{dnnl::prop_kind::forward_training, kAlgorithm, x.any, w.any, y.any, strides, padding,
             padding},
            engine()};
  }
  BackwardData::primitive_desc describe_back() const {
    return {{kAlgorithm, x.any, w.any, y.any, strides, padding, padding},
            engine(),
            forward_description};
  }
  BackwardWeights::primitive_desc describe_weights() const {
    return {{kAlgorithm, x.any, w.any, y.any, strides, padding, padding},
            engine(),
            forward_description};
  }
#else
  Forward::primitive_desc describe_forward() const {
    return {engine(),   dnnl::prop_kind::forward_training,
            kAlgorithm, x.any,
            w.any,      y.any,
            strides,    padding,
            padding};
  }
  BackwardData::primitive_desc describe_back() const {
    return {engine(), kAlgorithm,         x.any, w.any, y.any, strides, padding,
            padding,  forward_description};
  }
  BackwardWeights::primitive_desc describe_weights() const {
    return {engine(), kAlgorithm,         x.any, w.any, y.any, strides, padding,
            padding,  forward_description};
  }
#endif

  Layout x, y, w;
  memory::dims strides, padding;
  Forward::primitive_desc forward_description;
  BackwardData::primitive_desc back_description;
  BackwardWeights::primitive_desc weights_description;
  Forward forward;
  BackwardData back;
  BackwardWeights weights;
};

/// Made once for each shape; the last batch of an epoch has its own.
const Convolution& convolution(const ConvolutionShape& s, Index N) {
  using Key = std::tuple<Index, Index, Index, Index, Index, Index, Index, Index>;
  thread_local std::map<Key, Convolution> kept;
  constexpr std::size_t kMost = 64;
  if (kept.size() > kMost) kept.clear();
  const Key key{N, s.channels, s.height, s.width, s.outputs, s.kernel, s.stride, s.padding};
  return kept.try_emplace(key, s, N).first->second;
}

/// `numbers`, stored as `from`, as the primitive wants them.
memory input(dnnl::stream& stream, const memory::desc& from, const memory::desc& to,
             const real* numbers) {
  memory given(from, engine(), const_cast<real*>(numbers));
  if (from == to) return given;
  memory laid_out(to, engine());
  dnnl::reorder(given, laid_out).execute(stream, given, laid_out);
  return laid_out;
}

/// A matrix as it is stored, and as a primitive wants it.
struct Operand {
  int name;
  const memory::desc& stored;
  memory::desc wanted;
};

/// Computes `result` from two inputs.
void run(const dnnl::primitive& primitive, const Operand& a, const real* A, const Operand& b,
         const real* B, const Operand& result, real* numbers) {
  dnnl::stream stream(engine());
  memory wanted(result.stored, engine(), numbers);
  memory made = result.stored == result.wanted ? wanted : memory(result.wanted, engine());
  primitive.execute(stream, {{a.name, input(stream, a.stored, a.wanted, A)},
                             {b.name, input(stream, b.stored, b.wanted, B)},
                             {result.name, made}});
  if (result.stored != result.wanted) dnnl::reorder(made, wanted).execute(stream, made, wanted);
  stream.wait();
}

}  // namespace

void convolve(const ConvolutionShape& shape, const real* W, const real* X, Index N, real* Y) {
  if (N == 0) return;
  const Convolution& c = convolution(shape, N);
  const auto& description = c.forward_description;
  run(c.forward, {DNNL_ARG_SRC, c.x.stored, description.src_desc()}, X,
      {DNNL_ARG_WEIGHTS, c.w.stored, description.weights_desc()}, W,
      {DNNL_ARG_DST, c.y.stored, description.dst_desc()}, Y);
}

void convolve_back(const ConvolutionShape& shape, const real* W, const real* dY, Index N,
                   real* dX) {
  if (N == 0) return;
  const Convolution& c = convolution(shape, N);
  const auto& description = c.back_description;
  run(c.back, {DNNL_ARG_DIFF_DST, c.y.stored, description.diff_dst_desc()}, dY,
      {DNNL_ARG_WEIGHTS, c.w.stored, description.weights_desc()}, W,
      {DNNL_ARG_DIFF_SRC, c.x.stored, description.diff_src_desc()}, dX);
}

void convolve_weights(const ConvolutionShape& shape, const real* X, const real* dY, Index N,
                      real* dW) {
  if (N == 0) {
    std::fill_n(dW, shape.outputs * shape.weight_columns(), real{0});
    return;
  }
  const Convolution& c = convolution(shape, N);
  const auto& description = c.weights_description;
  run(c.weights, {DNNL_ARG_SRC, c.x.stored, description.src_desc()}, X,
      {DNNL_ARG_DIFF_DST, c.y.stored, description.diff_dst_desc()}, dY,
      {DNNL_ARG_DIFF_WEIGHTS, c.w.stored, description.diff_weights_desc()}, dW);
}

#endif

}  // namespace weft::kernels
