#include "corpora/shapes.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace weft {
namespace {

std::vector<float> pixels(const FeatureTable& table, std::size_t example) {
  std::vector<float> numbers(table.features());
  table.copy(example, numbers.data());
  return numbers;
}

TEST(DrawShapes, AreWhiteOnBlackWithinTheirFrame) {
  const FeatureTable shapes = draw_shapes(1, 200);
  ASSERT_EQ(shapes.examples(), 200u);
  EXPECT_EQ(shapes.height(), kShapePixels);
  EXPECT_EQ(shapes.width(), kShapePixels);
  EXPECT_EQ(std::set<std::string>(shapes.labels().begin(), shapes.labels().end()),
            (std::set<std::string>{"cross", "disc", "ring", "square", "triangle"}));
  for (std::size_t n = 0; n < shapes.examples(); ++n) {
    const std::vector<float> picture = pixels(shapes, n);
    EXPECT_EQ(picture.front(), 0);
    EXPECT_EQ(picture.back(), 0);
    const float white = std::accumulate(picture.begin(), picture.end(), 0.0f);
    EXPECT_GT(white, 10) << shapes.labels()[n];
    EXPECT_LT(white, 250) << shapes.labels()[n];
  }
}

TEST(DrawShapes, ARingIsHollow) {
  const FeatureTable shapes = draw_shapes(2, 100);
  std::map<std::string, float> middle, count;
  for (std::size_t n = 0; n < shapes.examples(); ++n) {
    const std::vector<float> picture = pixels(shapes, n);
    float centre_x = 0, centre_y = 0, white = 0;
    for (std::size_t p = 0; p < picture.size(); ++p) {
      white += picture[p];
      centre_x += picture[p] * static_cast<float>(p % kShapePixels);
      centre_y += picture[p] * static_cast<float>(p / kShapePixels);
    }
    const auto at = [&](float sum) { return static_cast<std::size_t>(sum / white + 0.5f); };
    middle[shapes.labels()[n]] += picture[at(centre_y) * kShapePixels + at(centre_x)];
    ++count[shapes.labels()[n]];
  }
  for (const auto& [name, sum] : middle)
    EXPECT_EQ(sum / count[name], name == "ring" ? 0 : 1) << name;
}

TEST(DrawShapes, ComeFromTheSeed) {
  const FeatureTable a = draw_shapes(3, 20), b = draw_shapes(3, 20), c = draw_shapes(4, 20);
  EXPECT_EQ(a.labels(), b.labels());
  EXPECT_EQ(pixels(a, 7), pixels(b, 7));
  EXPECT_NE(pixels(a, 7), pixels(c, 7));
}

}  // namespace
}  // namespace weft
