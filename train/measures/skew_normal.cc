#include "train/measures/skew_normal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weft {
namespace {

/// log Φ(x). Where erfc() comes to nothing, its asymptotic expansion.
double log_normal_cdf(double x) {
  constexpr double kFar = -30;
  if (x > kFar) return std::log(0.5 * std::erfc(-x / std::numbers::sqrt2));
  return -0.5 * x * x - std::log(-x * std::sqrt(2 * std::numbers::pi)) +
         std::log1p(-1 / (x * x) + 3 / (x * x * x * x));
}

double log_density(double z, double shape) {
  return std::log(2) - 0.5 * z * z - 0.5 * std::log(2 * std::numbers::pi) +
         log_normal_cdf(shape * z);
}

}  // namespace

SkewNormal SkewNormal::fit(const std::vector<double>& values) {
  constexpr double kMostSkewness = 0.99;  // of 0.9953
  const double n = static_cast<double>(values.size());
  double mean = 0, second = 0, third = 0;
  for (const double value : values) mean += value / n;
  for (const double value : values) {
    const double d = value - mean;
    second += d * d / n;
    third += d * d * d / n;
  }
  const double deviation = std::sqrt(second);
  const double skewness = std::clamp(third / (second * deviation), -kMostSkewness, kMostSkewness);
  const double power = std::pow(std::abs(skewness), 2.0 / 3);
  const double delta =
      std::copysign(std::sqrt(std::numbers::pi / 2 * power /
                              (power + std::pow((4 - std::numbers::pi) / 2, 2.0 / 3))),
                    skewness);
  SkewNormal result;
  result.shape = delta / std::sqrt(1 - delta * delta);
  result.scale = deviation / std::sqrt(1 - 2 * delta * delta / std::numbers::pi);
  result.location = mean - result.scale * delta * std::sqrt(2 / std::numbers::pi);
  return result;
}

// Simpson's rule on the density relative to its highest value. The logarithm of the density is
// concave: below its mode the density falls at least as e^(−slope · distance), which says how far
// to go and in what steps.
double SkewNormal::log_cdf(double x) const {
  constexpr int kSteps = 4000;
  constexpr double kFar = 40;  // e^-40 of the highest value is nothing
  const double z = (x - location) / scale;
  const double near = 1e-4 * std::min(1.0, 1 / (1 + std::abs(shape)));
  const double slope = (log_density(z, shape) - log_density(z - near, shape)) / near;
  const double range = slope > 1 ? kFar / slope : std::max(0.0, z) + kFar / 2;
  const double step = range / kSteps;
  double highest = log_density(z, shape);
  for (int i = 0; i <= kSteps; ++i) highest = std::max(highest, log_density(z - i * step, shape));
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const int weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
    sum += weight * std::exp(log_density(z - i * step, shape) - highest);
  }
  return std::min(0.0, highest + std::log(sum * step / 3));
}

}  // namespace weft
