#include "corpora/shapes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace weft {
namespace {

constexpr std::array<const char*, 5> kNames = {"disc", "ring", "square", "triangle", "cross"};

/// How far (x, y) lies outside a shape of radius r around the origin, in pixels; inside: negative.
double distance(std::size_t shape, double r, double x, double y) {
  const double w = std::abs(x), h = std::abs(y);
  switch (shape) {
    case 0:
      return std::hypot(x, y) - r;
    case 1:
      return std::abs(std::hypot(x, y) - r) - 0.2 * r;
    case 2:
      return std::max(w, h) - 0.85 * r;
    case 3:
      return std::max(y, 0.5 * std::numbers::sqrt3 * w - 0.5 * y) - 0.5 * r;
    default:
      return std::min(std::max(w - r, h - 0.3 * r), std::max(h - r, w - 0.3 * r));
  }
}

}  // namespace

FeatureTable draw_shapes(std::uint64_t seed, std::size_t count) {
  RandomStream random(seed, "shapes");
  std::vector<std::uint8_t> pixels;
  std::vector<std::string> labels;
  constexpr double kMiddle = (kShapePixels - 1) / 2.0;
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t shape = random.below(kNames.size());
    const double r = random.uniform(4, 7.5), slant = random.uniform(-0.4, 0.4);
    const double centre_x = kMiddle + random.uniform(-2, 2);
    const double centre_y = kMiddle + random.uniform(-2, 2);
    for (std::size_t row = 0; row < kShapePixels; ++row)
      for (std::size_t column = 0; column < kShapePixels; ++column) {
        const double x = static_cast<double>(column) - centre_x;
        const double y = static_cast<double>(row) - centre_y;
        const double outside = distance(shape, r, std::cos(slant) * x + std::sin(slant) * y,
                                        std::cos(slant) * y - std::sin(slant) * x);
        pixels.push_back(
            static_cast<std::uint8_t>(std::lround(255 * std::clamp(0.5 - outside, 0.0, 1.0))));
      }
    labels.emplace_back(kNames[shape]);
  }
  return FeatureTable::of_pixels(kShapePixels, kShapePixels, std::move(pixels), std::move(labels));
}

}  // namespace weft
