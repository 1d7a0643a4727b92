#include "models/core/kernels/bf16_product.h"

#ifndef WEFT_DOUBLE

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dnnl.hpp>
#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/core/kernels/bf16_rounding.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "models/core/kernels/precision.h"

namespace weft::kernels {
namespace {

using dnnl::memory;
using Type = memory::data_type;

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

/// Where the numbers of W lie: as those of Wᵀ, which oneDNN turns block by block while it
/// multiplies, or as it likes them best.
enum class Layout { transposed, packed };

/// Yᵀ = Xᵀ Wᵀ: Y is M × N with ldc numbers a column, X is K × N and W is M × K in bfloat16.
struct Matmul {
  Matmul(Index M, Index N, Index K, Index ldc, bool add, Layout layout)
      : description(describe(M, N, K, ldc, add, layout)), primitive(description) {}

  static dnnl::matmul::primitive_desc describe(Index M, Index N, Index K, Index ldc, bool add,
                                               Layout layout) {
    dnnl::primitive_attr attributes;
    if (add) {
      dnnl::post_ops sum;
      sum.append_sum(1);
      attributes.set_post_ops(sum);
    }
    const memory::desc x = described(K, N, K, false, Type::bf16);
    const memory::desc w = layout == Layout::packed
                               ? memory::desc({dim(K), dim(M)}, Type::bf16, memory::format_tag::any)
                               : described(M, K, K, true, Type::bf16);
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

/// Made once for each shape and number of threads, which oneDNN settles when it makes a primitive;
/// ragged batches have many shapes, so it is emptied now and then.
const Matmul& matmul(Index M, Index N, Index K, Index ldc, bool add, Layout layout) {
  thread_local std::map<std::tuple<int, Index, Index, Index, Index, bool, Layout>, Matmul> kept;
  constexpr std::size_t kMost = 256;
  if (kept.size() > kMost) kept.clear();
  return kept.try_emplace({threads(), M, N, K, ldc, add, layout}, M, N, K, ldc, add, layout)
      .first->second;
}

/// The layout that oneDNN likes best for wide operands: blocks of 64 rows of ours by 32 columns,
/// in each the columns two by two, the numbers of a pair in turn; zeros beyond the edges.
constexpr Index kBlockRows = 64, kBlockColumns = 32;

bool is_in_blocks(const memory::desc& desc) {
  return desc == memory::desc(desc.dims(), Type::bf16, memory::format_tag::BA16a64b2a);
}

/// W, M × K, rounded into that layout: reads each number once, where oneDNN's reorder takes three
/// times as long.
void pack_blocks(Index M, Index K, const real* W, Index ldw, std::uint16_t* packed) {
  const Index row_blocks = (M + kBlockRows - 1) / kBlockRows;
  const Index column_blocks = (K + kBlockColumns - 1) / kBlockColumns;
  parallel_for(row_blocks * column_blocks, 8, [&](std::size_t begin, std::size_t end) {
    const auto& kernel = elementwise();
    const real zeros[kBlockRows] = {};
    for (Index block = begin; block < end; ++block) {
      const Index m = block % row_blocks * kBlockRows, k0 = block / row_blocks * kBlockColumns;
      const Index rows = std::min(kBlockRows, M - m);
      std::uint16_t* to = packed + (m / kBlockRows * column_blocks + k0 / kBlockColumns) *
                                       kBlockRows * kBlockColumns;
      for (Index k = k0; k < k0 + kBlockColumns; k += 2, to += 2 * kBlockRows) {
        const real* even = k < K ? W + k * ldw + m : zeros;
        const real* odd = k + 1 < K ? W + (k + 1) * ldw + m : zeros;
        kernel.to_bf16_pairs(rows, even, odd, to);
        std::fill(to + 2 * rows, to + 2 * kBlockRows, std::uint16_t{0});
      }
    }
  });
}

/// An operand in bfloat16, in memory that is kept: a fresh mapping a product would fault.
class RoundedOperand {
 public:
  memory operator()(const memory::desc& to, const memory::desc& from, const real* numbers) {
    memory result = place(to);
    reorder(from, numbers, result);
    return result;
  }
  memory blocks(const memory::desc& to, Index M, Index K, const real* W, Index ldw) {
    memory result = place(to);
    pack_blocks(M, K, W, ldw, kept_.data());
    return result;
  }

 private:
  memory place(const memory::desc& desc) {
    const std::size_t size = desc.get_size() / sizeof(std::uint16_t);
    if (kept_.size() < size) kept_ = std::vector<std::uint16_t>(size);
    return memory(desc, engine(), kept_.data());
  }

  std::vector<std::uint16_t> kept_;
};

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
    const std::uint32_t bits = bf16_bits(x[i]);
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
  const bool a_turned = a == Transpose::yes, b_turned = b == Transpose::yes;
  const Matmul& product =
      matmul(M, N, K, ldc, beta != 0, a_turned ? Layout::transposed : Layout::packed);
  const memory::desc weights = product.description.weights_desc();
  thread_local RoundedOperand rounded_a, rounded_b;
  product.run(
      rounded_b(product.description.src_desc(), described(K, N, ldb, b_turned, Type::f32), B),
      is_in_blocks(weights) ? rounded_a.blocks(weights, M, K, A, lda)
                            : rounded_a(weights, described(M, K, lda, a_turned, Type::f32), A),
      C);
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
  impl_ = std::make_unique<Impl>(Impl{
      M, K,
      memory(matmul(M, columns, K, M, false, Layout::packed).description.weights_desc(), engine()),
      std::vector<std::uint16_t>(K * columns)});
  if (!swap && is_in_blocks(impl_->weights.get_desc())) {
    auto* packed = static_cast<std::uint16_t*>(impl_->weights.get_data_handle());
    pack_blocks(M, K, W.memptr(), W.n_rows, packed);
  } else {
    reorder(described(M, K, W.n_rows, swap, Type::f32), W.memptr(), impl_->weights);
  }
}

Bf16Weight::~Bf16Weight() = default;
Bf16Weight::Bf16Weight(Bf16Weight&&) noexcept = default;

void Bf16Weight::multiply(const real* X, Index N, real beta, real* Y) const {
  const Index M = impl_->M, K = impl_->K;
  const Matmul& product = matmul(M, N, K, M, beta != 0, Layout::packed);
  const memory x(product.description.src_desc(), engine(), impl_->columns.data());
  elementwise().to_bf16(N * K, X, impl_->columns.data());
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
