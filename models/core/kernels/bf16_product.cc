#include "models/core/kernels/bf16_product.h"

#ifndef WEFT_DOUBLE

#include <cstdlib>
#include <cstring>
#include <dnnl.hpp>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/core/kernels/parallel.h"
#include "models/core/kernels/precision.h"

namespace weft::kernels {
namespace {

using dnnl::memory;
using Type = memory::data_type;

/// Rounded, as a float whose lower half is zero.
std::uint32_t rounded(real x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  const std::uint32_t up = bits + 0x7fffu + ((bits >> 16) & 1u);
  return (is_nan ? bits | 0x400000u : up) & 0xffff0000u;
}

void to_bf16(Index n, const real* x, std::uint16_t* y) {
  for (Index i = 0; i < n; ++i) y[i] = static_cast<std::uint16_t>(rounded(x[i]) >> 16);
}

memory::dim dim(Index size) { return static_cast<memory::dim>(size); }

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

/// oneDNN counts in rows: it sees the transposes of our matrices. `leading` numbers lie between
/// the columns of ours; transposed: it shall see what we store.
memory::desc described(Index rows, Index columns, Index leading, bool transposed, Type type) {
  const memory::dims strides =
      transposed ? memory::dims{1, dim(leading)} : memory::dims{dim(leading), 1};
  return memory::desc({dim(columns), dim(rows)}, type, strides);
}

/// Yᵀ = Xᵀ Wᵀ: Y is M × N with ldc numbers a column, X is K × N in bfloat16.
struct Matmul {
  Matmul(Index M, Index N, Index K, Index ldc, bool add)
      : description(describe(M, N, K, ldc, add)), primitive(description) {}

  static dnnl::matmul::primitive_desc describe(Index M, Index N, Index K, Index ldc, bool add) {
    dnnl::primitive_attr attributes;
    if (add) {
      dnnl::post_ops sum;
      sum.append_sum(1);
      attributes.set_post_ops(sum);
    }
    const memory::desc x = described(K, N, K, false, Type::bf16);
    const memory::desc w({dim(K), dim(M)}, Type::bf16, memory::format_tag::any);
    const memory::desc y = described(M, N, ldc, false, Type::f32);
#if DNNL_VERSION_MAJOR == 2
    return {{x, w, y}, attributes, engine()};
#else
    return {engine(), x, w, y, attributes};
#endif
  }

  void run(const memory& x, const memory& w, real* Y) const {
    dnnl::stream stream(engine());
    primitive.execute(stream, {{DNNL_ARG_SRC, x},
                               {DNNL_ARG_WEIGHTS, w},
                               {DNNL_ARG_DST, memory(description.dst_desc(), engine(), Y)}});
    stream.wait();
  }

  dnnl::matmul::primitive_desc description;
  dnnl::matmul primitive;
};

void reorder(const memory::desc& from, const real* numbers, memory& to) {
  dnnl::stream stream(engine());
  memory source(from, engine(), const_cast<real*>(numbers));
  dnnl::reorder(source, to).execute(stream, source, to);
  stream.wait();
}

/// Made once for each shape; ragged batches have many, so it is emptied now and then.
const Matmul& matmul(Index M, Index N, Index K, Index ldc, bool add) {
  thread_local std::map<std::tuple<Index, Index, Index, Index, bool>, Matmul> kept;
  constexpr std::size_t kMost = 256;
  if (kept.size() > kMost) kept.clear();
  return kept.try_emplace({M, N, K, ldc, add}, M, N, K, ldc, add).first->second;
}

/// op(A), M × K, rounded and without gaps.
const real* rounded_copy(Index rows, Index columns, const real* A, Index lda,
                         std::vector<real>& memory) {
  if (memory.size() < rows * columns) memory.resize(rows * columns);
  parallel_for(columns, 1 + 16384 / (rows + 1), [&](std::size_t begin, std::size_t end) {
    for (Index j = begin; j < end; ++j) round_to_bf16(rows, A + j * lda, &memory[j * rows]);
  });
  return memory.data();
}

}  // namespace

void round_to_bf16(Index n, const real* x, real* y) {
  for (Index i = 0; i < n; ++i) {
    const std::uint32_t bits = rounded(x[i]);
    std::memcpy(y + i, &bits, sizeof bits);
  }
}

bool has_bf16_products() {
#ifdef __x86_64__
  const char* wanted = std::getenv("WEFT_KERNELS");
  const bool allowed = !wanted || !*wanted || wanted == std::string_view("avx512");
  static const bool result = allowed && __builtin_cpu_supports("avx512bf16");
  return result;
#else
  return false;
#endif
}

bool onednn_takes_bf16() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512bw");
#else
  return false;
#endif
}

void onednn_bf16_gemm(Transpose a, Transpose b, Index M, Index N, Index K, const real* A, Index lda,
                      const real* B, Index ldb, real beta, real* C, Index ldc) {
  const Matmul& product = matmul(M, N, K, ldc, beta != 0);
  memory x(product.description.src_desc(), engine());
  memory w(product.description.weights_desc(), engine());
  reorder(described(K, N, ldb, b == Transpose::yes, Type::f32), B, x);
  reorder(described(M, K, lda, a == Transpose::yes, Type::f32), A, w);
  product.run(x, w, C);
}

void bf16_gemm(Transpose a, Transpose b, Index M, Index N, Index K, const real* A, Index lda,
               const real* B, Index ldb, real beta, real* C, Index ldc) {
  if (has_bf16_products()) return onednn_bf16_gemm(a, b, M, N, K, A, lda, B, ldb, beta, C, ldc);
  thread_local std::vector<real> kept_a, kept_b;
  const Index a_rows = a == Transpose::yes ? K : M, a_columns = a == Transpose::yes ? M : K;
  const Index b_rows = b == Transpose::yes ? N : K, b_columns = b == Transpose::yes ? K : N;
  const real* rounded_a = rounded_copy(a_rows, a_columns, A, lda, kept_a);
  const real* rounded_b = rounded_copy(b_rows, b_columns, B, ldb, kept_b);
  const PrecisionScope already_rounded(Precision::f32);
  gemm(a, b, M, N, K, 1, rounded_a, a_rows, rounded_b, b_rows, beta, C, ldc);
}

struct Bf16Weight::Impl {
  Index M, K;
  memory weights;
  std::vector<std::uint16_t> columns;
};

Bf16Weight::Bf16Weight(Transpose transpose, const Matrix& W, Index columns) {
  const bool swap = transpose == Transpose::yes;
  const Index M = swap ? W.n_cols : W.n_rows, K = swap ? W.n_rows : W.n_cols;
  impl_ = std::make_unique<Impl>(
      Impl{M, K, memory(matmul(M, columns, K, M, false).description.weights_desc(), engine()),
           std::vector<std::uint16_t>(K * columns)});
  reorder(described(M, K, W.n_rows, swap, Type::f32), W.memptr(), impl_->weights);
}

Bf16Weight::~Bf16Weight() = default;
Bf16Weight::Bf16Weight(Bf16Weight&&) noexcept = default;

void Bf16Weight::multiply(const real* X, Index N, real beta, real* Y) const {
  const Index M = impl_->M, K = impl_->K;
  const Matmul& product = matmul(M, N, K, M, beta != 0);
  const memory x(product.description.src_desc(), engine(), impl_->columns.data());
  to_bf16(N * K, X, impl_->columns.data());
  if (product.description.weights_desc() == impl_->weights.get_desc())
    return product.run(x, impl_->weights, Y);
  // Another number of columns may want another layout.
  memory weights(product.description.weights_desc(), engine());
  dnnl::stream stream(engine());
  dnnl::reorder(impl_->weights, weights).execute(stream, impl_->weights, weights);
  product.run(x, weights, Y);
}

}  // namespace weft::kernels

#else

#include <stdexcept>

namespace weft::kernels {
namespace {

[[noreturn]] void refuse() { throw std::logic_error("the double build knows no bfloat16"); }

}  // namespace

struct Bf16Weight::Impl {};

void round_to_bf16(Index, const real*, real*) { refuse(); }
bool has_bf16_products() { return false; }
bool onednn_takes_bf16() { return false; }
void bf16_gemm(Transpose, Transpose, Index, Index, Index, const real*, Index, const real*, Index,
               real, real*, Index) {
  refuse();
}
Bf16Weight::Bf16Weight(Transpose, const Matrix&, Index) { refuse(); }
Bf16Weight::~Bf16Weight() = default;
Bf16Weight::Bf16Weight(Bf16Weight&&) noexcept = default;
void Bf16Weight::multiply(const real*, Index, real, real*) const { refuse(); }

}  // namespace weft::kernels

#endif
