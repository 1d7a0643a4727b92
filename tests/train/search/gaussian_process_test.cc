#include "train/search/gaussian_process.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/random.h"

namespace weft {
namespace {

using Json = nlohmann::json;

/// Relative to the number, or to 1 where it is smaller.
void expect_close(double actual, double expected, const std::string& what, double tolerance) {
  EXPECT_NEAR(actual, expected, tolerance * std::max(1.0, std::abs(expected))) << what;
}

arma::mat matrix_of(const Json& json) {
  const auto data = json.at("data").get<std::vector<double>>();
  return arma::mat(data.data(), json.at("rows").get<arma::uword>(),
                   json.at("columns").get<arma::uword>());
}

/// One observation y at a point: with K = a² + n², the mean beside it is k y / K, the variance
/// a² − k² / K, the likelihood that of N(0, K).
TEST(GaussianProcess, OnePointIsClosedForm) {
  for (const Kernel kernel : {Kernel::matern, Kernel::squared_exponential}) {
    GaussianProcess process(kernel, arma::mat(1, 1, arma::fill::zeros), arma::vec{1.5}, {0});
    const GaussianProcessParameters parameters = {{0.5}, 2.0, 0.3};
    const double variance = 4 + 0.09, r = 0.25 / 0.5;
    expect_close(process.log_likelihood(parameters),
                 -0.5 * (1.5 * 1.5 / variance + std::log(2 * M_PI * variance)), "likelihood", 1e-7);
    process.set(parameters);
    const double s = std::sqrt(5.0) * r;
    const double k =
        4 * (kernel == Kernel::matern ? (1 + s + s * s / 3) * std::exp(-s) : std::exp(-r * r / 2));
    const auto prediction = process.predict(arma::vec{0.25});
    expect_close(prediction.mean, 1.5 * k / variance, "mean", 1e-7);
    expect_close(prediction.deviation, std::sqrt(4 - k * k / variance), "deviation", 1e-7);
  }
}

/// Golden numbers by PyTorch, whose autograd gives the gradient (tests/golden/make_goldens.py).
TEST(GaussianProcess, AgreesWithPyTorch) {
  std::ifstream file(WEFT_SOURCE_DIR "/tests/golden/gaussian_process.json");
  const Json golden = Json::parse(file);
  const arma::mat points = matrix_of(golden.at("points")), asked = matrix_of(golden.at("asked"));
  const arma::vec values = matrix_of(golden.at("values"));
  const GaussianProcessParameters parameters = {golden.at("lengths").get<std::vector<double>>(),
                                                golden.at("amplitude").get<double>(),
                                                golden.at("noise").get<double>()};
  for (const auto& [kernel, name] : {std::pair{Kernel::matern, "matern"},
                                     {Kernel::squared_exponential, "squared_exponential"}}) {
    SCOPED_TRACE(name);
    const Json& expected = golden.at("kernels").at(name);
    GaussianProcess process(kernel, points, values,
                            golden.at("groups").get<std::vector<std::size_t>>());
    arma::vec gradient;
    expect_close(process.log_likelihood(parameters, &gradient),
                 expected.at("log_likelihood").get<double>(), "likelihood", 1e-9);
    const auto slopes = expected.at("gradient").get<std::vector<double>>();
    ASSERT_EQ(gradient.n_elem, slopes.size());
    for (arma::uword i = 0; i < gradient.n_elem; ++i)
      expect_close(gradient(i), slopes[i], "gradient " + std::to_string(i), 1e-8);
    process.set(parameters);
    for (arma::uword i = 0; i < asked.n_cols; ++i) {
      const auto prediction = process.predict(asked.col(i));
      expect_close(prediction.mean, expected.at("means")[i].get<double>(), "mean", 1e-9);
      expect_close(prediction.deviation, expected.at("deviations")[i].get<double>(), "deviation",
                   1e-9);
      expect_close(log_expected_improvement(prediction, golden.at("best").get<double>()),
                   expected.at("log_improvements")[i].get<double>(), "log EI", 1e-9);
    }
  }
}

/// Far below, where the improvement is no double any more: the logarithm still falls smoothly.
TEST(GaussianProcess, ExpectedImprovementHasNoCliff) {
  double before = log_expected_improvement({0, 1}, 0);
  expect_close(before, -0.5 * std::log(2 * M_PI), "z = 0", 1e-12);
  for (double z = -0.5; z > -60; z -= 0.5) {
    const double here = log_expected_improvement({0, 1}, z);
    // The slope of log EI is −Φ/h, which tends to z.
    EXPECT_LT(here, before) << z;
    EXPECT_NEAR(before - here, -0.5 * z, 1) << z;
    before = here;
  }
  EXPECT_TRUE(std::isinf(log_expected_improvement({0, 0}, 1)));
}

/// A function of the first coordinate alone: its length scale becomes short, the other one long.
TEST(GaussianProcess, FitFindsWhatMatters) {
  RandomStream random(3, "test");
  arma::mat points(2, 30);
  arma::vec values(30);
  for (arma::uword i = 0; i < points.n_cols; ++i) {
    points(0, i) = random.uniform();
    points(1, i) = random.uniform();
    values(i) = std::sin(7 * points(0, i));
  }
  GaussianProcess process(Kernel::matern, points, values, {0, 1});
  const double before = process.log_likelihood({{0.5, 0.5}, 1, 0.02});
  process.fit(1);
  EXPECT_GT(process.log_likelihood(process.parameters()), before);
  EXPECT_LT(2 * process.parameters().lengths[0], process.parameters().lengths[1]);
  EXPECT_LT(process.parameters().noise, 0.05);
  for (const double x : {0.2, 0.5, 0.8})
    EXPECT_NEAR(process.predict(arma::vec{x, 0.5}).mean, std::sin(7 * x), 0.05);
}

TEST(GaussianProcess, EqualPointsWithOtherValuesAreNoise) {
  GaussianProcess process(Kernel::matern, arma::mat(1, 8, arma::fill::value(0.5)),
                          arma::vec{1, -1, 1, -1, 1, -1, 1, -1}, {0});
  process.fit(1);
  EXPECT_NEAR(process.predict(arma::vec{0.5}).mean, 0, 1e-6);
}

}  // namespace
}  // namespace weft
