#include "models/nets/confidence.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/random.h"

namespace weft {
namespace {

/// A model whose suggestions of probability p are right in p² of the cases.
Calibration fitted() {
  RandomStream random(1, "sample");
  std::vector<std::pair<double, bool>> seen;
  for (int k = 0; k < 20000; ++k) {
    const double p = random.uniform();
    seen.emplace_back(p, random.uniform() < p * p);
  }
  return Calibration::fit(std::move(seen));
}

TEST(CalibrationTest, LearnsHowOftenAProbabilityIsRight) {
  const Calibration calibration = fitted();
  for (const double p : {0.2, 0.5, 0.8, 0.95})
    EXPECT_NEAR(calibration.precision(p), p * p, 0.05) << p;
}

TEST(CalibrationTest, RisesAndIsItsOwnInverse) {
  const Calibration calibration = fitted();
  double last = 0;
  for (double p = 0; p <= 1; p += 0.01) {
    EXPECT_GE(calibration.precision(p), last);
    last = calibration.precision(p);
  }
  for (const double precision : {0.1, 0.3, 0.6, 0.9}) {
    const double least = calibration.least_probability(precision);
    EXPECT_GE(calibration.precision(least), precision);
    EXPECT_LT(calibration.precision(least - 1e-9), precision);
  }
}

TEST(CalibrationTest, NoneIsSureEnough) {
  const Calibration calibration = Calibration::fit({{0.4, false}, {0.9, false}});
  EXPECT_GT(calibration.least_probability(0.5), 1);
}

TEST(CalibrationTest, UnknownTakesProbabilitiesAsTheyAre) {
  EXPECT_EQ(Calibration().precision(0.3), 0.3);
  EXPECT_EQ(Calibration().least_probability(0.3), 0.3);
}

TEST(CalibrationTest, SurvivesJson) {
  const Calibration before = fitted(), after = Calibration::from_json(before.to_json());
  EXPECT_EQ(before.to_json(), after.to_json());
}

}  // namespace
}  // namespace weft
