// The scalar type, free of Armadillo, for files compiled for several instruction sets.
#pragma once

namespace weft {

/// `float` in the product. The same sources are compiled once more with `double` for the gradient
/// tests (WEFT_DOUBLE), there on the readable reference kernels.
#ifdef WEFT_DOUBLE
using real = double;
#else
using real = float;
#endif

}  // namespace weft
