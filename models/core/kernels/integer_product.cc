#include "models/core/kernels/integer_product.h"

#include <cstdlib>
#include <string_view>

#include "models/core/kernels/simd/tables.h"

namespace weft::kernels {
namespace {

void tile(std::size_t quads, std::size_t blocks, const std::int8_t* weights, std::size_t columns,
          const std::uint8_t* x, std::size_t stride, std::int32_t* sums) {
  for (std::size_t c = 0; c < columns; ++c)
    for (std::size_t o = 0; o < kBlockOutputs * blocks; ++o) {
      const std::int8_t* block = weights + o / kBlockOutputs * quads * kBlockQuadBytes;
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < kQuadInputs * quads; ++k)
        sum += block[k / 4 * kBlockQuadBytes + o % kBlockOutputs * 4 + k % 4] * x[c * stride + k];
      sums[c * kBlockOutputs * blocks + o] = sum;
    }
}

const IntegerProduct& choose() {
  const std::vector<const IntegerProduct*> products = runnable_integer_products();
  const char* wanted = std::getenv("WEFT_KERNELS");
  if (!wanted || !*wanted) return *products.back();
  for (const IntegerProduct* product : products)
    if (product->name == std::string_view(wanted)) return *product;
  return integer_reference();  // of "portable", too
}

}  // namespace

const IntegerProduct& integer_reference() {
  static constexpr IntegerProduct table = {"reference", tile};
  return table;
}

const IntegerProduct& integer_product() {
  static const IntegerProduct& chosen = choose();
  return chosen;
}

std::vector<const IntegerProduct*> runnable_integer_products() {
  std::vector<const IntegerProduct*> products = {&integer_reference()};
#if defined(__x86_64__) && !defined(WEFT_DOUBLE)
  if (__builtin_cpu_supports("avx2")) products.push_back(&integer_avx2());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni"))
    products.push_back(&integer_vnni());
#endif
  return products;
}

}  // namespace weft::kernels
