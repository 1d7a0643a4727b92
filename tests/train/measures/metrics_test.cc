#include "train/measures/metrics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace weft {
namespace {

Matrix columns(const std::vector<std::vector<double>>& examples) {
  Matrix matrix(examples[0].size(), examples.size());
  for (Index j = 0; j < matrix.n_cols; ++j)
    for (Index i = 0; i < matrix.n_rows; ++i) matrix(i, j) = static_cast<real>(examples[j][i]);
  return matrix;
}

// Answers a a b b | c, wanted a b b a | b.
TEST(Metrics, OneLabelAnExample) {
  ClassificationMetrics metrics({"a", "b", "c", "never"}, false);
  metrics.add(
      columns(
          {{0.5, 0.25, 0.25, 0}, {0.5, 0.25, 0.25, 0}, {0.25, 0.5, 0.25, 0}, {0.25, 0.5, 0.25, 0}}),
      {{0}, {1}, {1}, {0}});
  metrics.add(columns({{0.125, 0.125, 0.75, 0}}), {{1}});
  EXPECT_DOUBLE_EQ(metrics.accuracy(), 0.4);
  EXPECT_DOUBLE_EQ(metrics.label(0).precision, 0.5);
  EXPECT_DOUBLE_EQ(metrics.label(0).recall, 0.5);
  EXPECT_DOUBLE_EQ(metrics.label(1).precision, 0.5);
  EXPECT_DOUBLE_EQ(metrics.label(1).recall, 1.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.label(1).f1, 0.4);
  EXPECT_EQ(metrics.label(1).support, 3u);
  EXPECT_DOUBLE_EQ(metrics.label(2).f1, 0);
  // "never" is neither wanted nor answered: not in the mean.
  EXPECT_DOUBLE_EQ(metrics.macro_f1(), (0.5 + 0.4 + 0) / 3);
  EXPECT_NEAR(metrics.loss(), std::log(2 * 4 * 2 * 4 * 8) / 5, 1e-6);
  const nlohmann::json json = metrics.json();
  EXPECT_EQ(json["examples"], 5);
  EXPECT_EQ(json["labels"]["b"]["support"], 3);
  EXPECT_FALSE(json.contains("micro_f1"));
}

TEST(Metrics, SeveralLabelsAnExample) {
  ClassificationMetrics metrics({"a", "b", "c"}, true);
  metrics.add(columns({{0.75, 0.5, 0.25}, {0.75, 0.25, 0.25}, {0.25, 0.25, 0.25}}),
              {{0, 1}, {0, 2}, {}});
  EXPECT_DOUBLE_EQ(metrics.accuracy(),
                   2.0 / 3);  // an empty set answered with an empty set is right
  EXPECT_DOUBLE_EQ(metrics.micro_f1(), 2.0 * 3 / (3 + 4));
  EXPECT_DOUBLE_EQ(metrics.macro_f1(), (1.0 + 1.0 + 0) / 3);
  const double first = std::log(4 / 3.0) + std::log(2) + std::log(4 / 3.0);
  const double second = std::log(4 / 3.0) + std::log(4 / 3.0) + std::log(4);
  const double third = 3 * std::log(4 / 3.0);
  EXPECT_NEAR(metrics.loss(), (first + second + third) / 3, 1e-6);
  EXPECT_TRUE(metrics.json().contains("micro_f1"));
}

TEST(Metrics, AProbabilityOfZeroCostsMuchButNotInfinitelyMuch) {
  ClassificationMetrics one({"a", "b"}, false), several({"a", "b"}, true);
  one.add(columns({{1, 0}}), {{1}});
  several.add(columns({{1, 0}}), {{1}});
  EXPECT_TRUE(std::isfinite(one.loss()));
  EXPECT_GT(one.loss(), 80);
  EXPECT_TRUE(std::isfinite(several.loss()));
}

TEST(Metrics, NothingMeasuredIsZero) {
  const ClassificationMetrics metrics({"a", "b"}, false);
  EXPECT_EQ(metrics.json()["accuracy"], 0.0);
  EXPECT_EQ(metrics.json()["loss"], 0.0);
}

}  // namespace
}  // namespace weft
