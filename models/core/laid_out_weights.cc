#include "models/core/laid_out_weights.h"

#include <new>

namespace weft {
namespace {

constexpr std::align_val_t kAlignment{64};  // a line of the cache

}  // namespace

void LaidOutWeights::Free::operator()(real* numbers) const {
  ::operator delete(numbers, kAlignment);
}

void LaidOutWeights::add(const Parameter& parameter) {
  const kernels::ProductKernel* kernel = kernels::product_kernel();
  if (!kernel || parameter.quantized) return;
  if (entries_.size() <= parameter.index) entries_.resize(parameter.index + 1);
  Entry& entry = entries_[parameter.index];
  if (entry.banded) return;
  const bool swap = parameter.is_table;
  const Index rows = swap ? parameter.columns : parameter.rows;
  const Index depth = swap ? parameter.rows : parameter.columns;
  const std::size_t bytes = banded_size(*kernel, rows, depth) * sizeof(real);
  entry.numbers.reset(static_cast<real*>(::operator new(bytes, kAlignment)));
  entry.banded = kernels::lay_out(*kernel, swap, parameter.value, entry.numbers.get());
}

kernels::BandedMatrix LaidOutWeights::find(const Parameter& parameter) const {
  return parameter.index < entries_.size() ? entries_[parameter.index].banded
                                           : kernels::BandedMatrix();
}

}  // namespace weft
