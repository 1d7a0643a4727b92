#include <cstdlib>
#include <string>

#include "base/error.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/simd/tables.h"

namespace weft::kernels {

#ifdef WEFT_DOUBLE

const Elementwise& elementwise() { return reference(); }

std::vector<const Elementwise*> runnable() { return {&reference()}; }

#else

namespace {

/// The last of runnable(), or the one that WEFT_KERNELS names: for tests and reports of bugs.
const Elementwise& choose() {
  const std::vector<const Elementwise*> tables = runnable();
  const char* wanted = std::getenv("WEFT_KERNELS");
  if (!wanted || !*wanted) return *tables.back();
  std::string names;
  for (const Elementwise* table : tables) {
    if (table->name == std::string(wanted)) return *table;
    names += (names.empty() ? "" : ", ") + std::string(table->name);
  }
  throw UserError("The environment variable WEFT_KERNELS is '" + std::string(wanted) +
                  "', but this processor runs only " + names + ": use one of these or unset it.");
}

}  // namespace

const Elementwise& elementwise() {
  static const Elementwise& chosen = choose();
  return chosen;
}

std::vector<const Elementwise*> runnable() {
  std::vector<const Elementwise*> tables = {&reference(), &portable()};
#ifdef __x86_64__
  // These ask whether the operating system saves the registers, too.
  const bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (fma) tables.push_back(&avx2());
  if (fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    tables.push_back(&avx512());
  }
#endif
  return tables;
}

#endif

}  // namespace weft::kernels
