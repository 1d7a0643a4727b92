#include "train/weight_average.h"

#include <algorithm>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"

namespace weft {

WeightAverage::WeightAverage(ParameterStore& parameters, double decay)
    : parameters_(parameters), decay_(decay) {
  for (const Parameter& parameter : parameters_) values_.push_back(parameter.value);
}

void WeightAverage::update(std::uint64_t n) {
  constexpr std::size_t kGrain = 1 << 15;
  const double count = static_cast<double>(n);
  const double mean = (count - 1) / count, moving = std::min(decay_, count / (count + 9));
  const real kept = static_cast<real>(decay_ == 1 ? mean : moving);
  for (const Parameter& parameter : parameters_) {
    const real* weights = parameter.value.memptr();
    real* average = values_[parameter.index].memptr();
    kernels::parallel_for(parameter.value.n_elem, kGrain, [&](std::size_t begin, std::size_t end) {
      kernels::elementwise().axpby(end - begin, 1 - kept, weights + begin, kept, average + begin);
    });
  }
}

void WeightAverage::swap() {
  for (Parameter& parameter : parameters_)
    std::swap_ranges(parameter.value.begin(), parameter.value.end(),
                     values_[parameter.index].begin());
}

}  // namespace weft
