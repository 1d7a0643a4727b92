#include "models/core/kernels/product_kernel.h"

#include <cstdlib>
#include <string_view>

#include "models/core/kernels/simd/tables.h"

namespace weft::kernels {
namespace {

const ProductKernel* choose() {
  const std::vector<const ProductKernel*> kernels = runnable_product_kernels();
  const char* wanted = std::getenv("WEFT_KERNELS");
  if (!wanted || !*wanted) return kernels.empty() ? nullptr : kernels.back();
  for (const ProductKernel* kernel : kernels)
    if (kernel->name == std::string_view(wanted)) return kernel;
  return nullptr;
}

}  // namespace

const ProductKernel* product_kernel() {
  static const ProductKernel* const chosen = choose();
  return chosen;
}

std::vector<const ProductKernel*> runnable_product_kernels() {
  std::vector<const ProductKernel*> kernels;
#if defined(__x86_64__) && !defined(WEFT_DOUBLE)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    kernels.push_back(&product_avx2());
    if (__builtin_cpu_supports("avx512f")) kernels.push_back(&product_avx512());
  }
#endif
  return kernels;
}

}  // namespace weft::kernels
