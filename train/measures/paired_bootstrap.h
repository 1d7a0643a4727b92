// Whether one system's output is better than another's, or only luckier with the test sentences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/random.h"

namespace weft {

struct BootstrapResult {
  double difference = 0;     // of the scores on all sentences, first − second
  double low = 0, high = 0;  // 95 % of the samples' differences lie between them
  /// Two-sided: how probable so clear a difference would be between systems that are equally good.
  double p_value = 1;
  int samples = 0;
};

/// A score over the sentences with these numbers; a number may come several times.
using SampleScore = std::function<double(const std::vector<std::uint32_t>& sentences)>;

/// Paired bootstrap resampling (Koehn 2004): as many sentences as there are, drawn with
/// replacement, `samples` times; both systems are scored on each sample. p is twice the share of
/// the samples in which the system that is better on the whole is not better (the whole itself
/// counted as one sample, so that p is never 0), at most 1.
BootstrapResult paired_bootstrap(std::size_t sentences, const SampleScore& first,
                                 const SampleScore& second, int samples, RandomStream random);

}  // namespace weft
