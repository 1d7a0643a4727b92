#include "models/nets/confidence.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace weft {
namespace {

Calibration fitted() { return Calibration({{0.1, 0.05}, {0.3, 0.5}, {0.4, 0.4}, {0.6, 0.9}}); }

TEST(CalibrationTest, StepsWhereTheShareRises) {
  EXPECT_DOUBLE_EQ(fitted().precision(0.05), 0.025);  // half of the way to the first step
  EXPECT_EQ(fitted().precision(0.1), 0.05);
  EXPECT_EQ(fitted().precision(0.45), 0.5);
  EXPECT_EQ(fitted().precision(1), 0.9);
}

TEST(CalibrationTest, RisesAndIsItsOwnInverse) {
  const Calibration calibration = fitted();
  double last = 0;
  for (double p = 0; p <= 1; p += 0.01) {
    EXPECT_GE(calibration.precision(p), last);
    last = calibration.precision(p);
  }
  for (const double precision : {0.05, 0.3, 0.6, 0.9}) {
    const double least = calibration.least_probability(precision);
    EXPECT_GE(calibration.precision(least), precision);
    EXPECT_LT(calibration.precision(least - 1e-9), precision);
  }
}

TEST(CalibrationTest, NoneIsSureEnough) {
  const Calibration calibration = Calibration({{0.4, 0.1}});
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
