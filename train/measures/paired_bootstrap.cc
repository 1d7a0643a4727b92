#include "train/measures/paired_bootstrap.h"

#include <algorithm>
#include <numeric>

namespace weft {

BootstrapResult paired_bootstrap(std::size_t sentences, const SampleScore& first,
                                 const SampleScore& second, int samples, RandomStream random) {
  std::vector<std::uint32_t> sample(sentences);
  std::iota(sample.begin(), sample.end(), 0u);
  BootstrapResult result;
  result.difference = first(sample) - second(sample);
  result.low = result.high = result.difference;
  result.samples = samples;
  if (sentences == 0 || samples <= 0) return result;

  std::vector<double> differences;
  for (int i = 0; i < samples; ++i) {
    for (std::uint32_t& sentence : sample)
      sentence = static_cast<std::uint32_t>(random.below(sentences));
    differences.push_back(first(sample) - second(sample));
  }
  std::sort(differences.begin(), differences.end());
  const std::size_t tail = differences.size() / 40;  // 2.5 % at either end
  result.low = differences[tail];
  result.high = differences[differences.size() - 1 - tail];
  const double sign = result.difference < 0 ? -1 : 1;
  const auto not_better = std::count_if(differences.begin(), differences.end(),
                                        [&](double each) { return sign * each <= 0; });
  const double share = static_cast<double>(not_better + 1) / static_cast<double>(samples + 1);
  result.p_value = std::min(1.0, 2 * share);
  return result;
}

}  // namespace weft
