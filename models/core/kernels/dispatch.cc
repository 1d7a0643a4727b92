#include "models/core/kernels/elementwise.h"

namespace weft::kernels {

const Elementwise& elementwise() { return reference(); }

std::vector<const Elementwise*> runnable() { return {&reference()}; }

}  // namespace weft::kernels
