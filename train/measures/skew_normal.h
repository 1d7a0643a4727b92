// The skew normal distribution (Azzalini 1985).
#pragma once

#include <vector>

namespace weft {

/// Density 2 φ(z) Φ(α z) / ω, z = (x − ξ) / ω.
struct SkewNormal {
  double location = 0;  // ξ
  double scale = 1;     // ω
  double shape = 0;     // α

  /// By the method of moments; a skewness that the family does not reach is taken as its limit.
  /// `values` are not all the same.
  static SkewNormal fit(const std::vector<double>& values);
  /// log P(X ≤ x), exact far into the tail too.
  double log_cdf(double x) const;
};

}  // namespace weft
