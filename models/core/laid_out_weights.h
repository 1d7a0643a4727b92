// Weights laid out once for all the answers of a model.
#pragma once

#include <memory>
#include <vector>

#include "models/core/kernels/banded_product.h"
#include "models/core/parameter.h"

namespace weft {

/// Copies of weights in bands (kernels/banded_product.h), for products with any number of columns
/// whose results depend on no other column. Handed to a tape that answers, which gives them to
/// weight_product() and table_product(). The parameters must not change meanwhile.
class LaidOutWeights {
 public:
  LaidOutWeights() = default;
  /// Lays out a matrix that is not quantized; without a kernel for bands
  /// (kernels::product_kernel()) it does nothing.
  void add(const Parameter& parameter);
  /// Empty if the parameter was not added.
  kernels::BandedMatrix find(const Parameter& parameter) const;

 private:
  struct Free {
    void operator()(real* numbers) const;
  };
  struct Entry {
    std::unique_ptr<real, Free> numbers;
    kernels::BandedMatrix banded;
  };
  std::vector<Entry> entries_;  // by the parameter's index
};

}  // namespace weft
