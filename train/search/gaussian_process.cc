#include "train/search/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace weft {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kRoot5 = std::sqrt(5.0);

/// The kernel without amplitude², of a squared distance.
double correlation(Kernel kernel, double squared) {
  if (kernel == Kernel::squared_exponential) return std::exp(-squared / 2);
  const double r = kRoot5 * std::sqrt(squared);
  return (1 + r + r * r / 3) * std::exp(-r);
}

/// What its derivative by the logarithm of a length has in common for all lengths: the derivative
/// is this times the part of the squared distance that the length scales.
double length_slope(Kernel kernel, double squared) {
  if (kernel == Kernel::squared_exponential) return std::exp(-squared / 2);
  const double r = kRoot5 * std::sqrt(squared);
  return 5.0 / 3 * (1 + r) * std::exp(-r);
}

/// A normal prior on the logarithm of each parameter, for inputs in a unit cube and values of
/// variance one: lengths about half the cube, an amplitude about 1, a noise that is small. Without
/// one, a few points are explained as noise, or as exact, whichever is a little likelier.
struct Prior {
  double mean, deviation;
  double log_density(double x) const { return -0.5 * std::pow((x - mean) / deviation, 2); }
  double slope(double x) const { return -(x - mean) / (deviation * deviation); }
};
const Prior kLengthPrior = {std::log(0.5), 1.0}, kAmplitudePrior = {0, 0.7},
            kNoisePrior = {std::log(0.02), 1.5};

const Prior& prior_of(arma::uword index, std::size_t lengths) {
  if (index < lengths) return kLengthPrior;
  return index == lengths ? kAmplitudePrior : kNoisePrior;
}

/// So that two equal points do not make the covariance singular.
constexpr double kJitter = 1e-8;
constexpr int kStarts = 3, kSteps = 80;

}  // namespace

GaussianProcess::GaussianProcess(Kernel kernel, arma::mat points, arma::vec values,
                                 std::vector<std::size_t> groups)
    : kernel_(kernel),
      points_(std::move(points)),
      values_(std::move(values)),
      groups_(std::move(groups)),
      group_count_(groups_.empty() ? 0 : *std::max_element(groups_.begin(), groups_.end()) + 1) {
  const arma::uword n = points_.n_cols;
  squares_.assign(group_count_, arma::mat(n, n, arma::fill::zeros));
  for (arma::uword row = 0; row < points_.n_rows; ++row) {
    arma::mat& squares = squares_[groups_[row]];
    for (arma::uword j = 0; j < n; ++j)
      for (arma::uword i = 0; i < n; ++i)
        squares(i, j) += std::pow(points_(row, i) - points_(row, j), 2);
  }
}

/// Squared distances of all pairs first, then what the kernel makes of them.
arma::mat GaussianProcess::covariance(const GaussianProcessParameters& parameters) const {
  arma::mat scaled(points_.n_cols, points_.n_cols, arma::fill::zeros);
  for (std::size_t g = 0; g < group_count_; ++g)
    scaled += squares_[g] / (parameters.lengths[g] * parameters.lengths[g]);
  const double variance = parameters.amplitude * parameters.amplitude;
  scaled.transform([&](double squared) { return variance * correlation(kernel_, squared); });
  scaled.diag() += parameters.noise * parameters.noise + kJitter * variance;
  return scaled;
}

/// log p = −½ yᵀK⁻¹y − Σ log L_ii − n/2 log 2π, with K = L Lᵀ and α = K⁻¹y;
/// by a parameter θ: ½ tr((α αᵀ − K⁻¹) ∂K/∂θ) (Rasmussen & Williams 2006, 5.9).
double GaussianProcess::log_likelihood(const GaussianProcessParameters& parameters,
                                       arma::vec* gradient) const {
  const arma::mat k = covariance(parameters);
  arma::mat factor;
  if (!arma::chol(factor, k, "lower")) return -kInfinity;
  const arma::vec half = arma::solve(arma::trimatl(factor), values_);
  const double n = static_cast<double>(values_.n_elem);
  const double result = -0.5 * arma::dot(half, half) - arma::accu(arma::log(factor.diag())) -
                        0.5 * n * std::log(2 * arma::datum::pi);
  if (!gradient) return result;

  const arma::mat inverse_factor = arma::inv(arma::trimatl(factor));
  const arma::vec alpha = inverse_factor.t() * half;
  const arma::mat pull = alpha * alpha.t() - inverse_factor.t() * inverse_factor;
  const double variance = parameters.amplitude * parameters.amplitude;
  const double noise = parameters.noise * parameters.noise;
  arma::mat slopes(k.n_rows, k.n_cols, arma::fill::zeros);
  for (std::size_t g = 0; g < group_count_; ++g)
    slopes += squares_[g] / (parameters.lengths[g] * parameters.lengths[g]);
  slopes.transform([&](double squared) { return variance * length_slope(kernel_, squared); });
  slopes %= pull;
  gradient->set_size(group_count_ + 2);
  for (std::size_t g = 0; g < group_count_; ++g)
    (*gradient)(g) =
        0.5 * arma::accu(slopes % squares_[g]) / (parameters.lengths[g] * parameters.lengths[g]);
  // K without the noise is proportional to amplitude²; the noise stands on the diagonal alone.
  const double trace = arma::trace(pull);
  (*gradient)(group_count_) = arma::accu(pull % k) - noise * trace;
  (*gradient)(group_count_ + 1) = noise * trace;
  return result;
}

GaussianProcessParameters GaussianProcess::from(const arma::vec& logarithms) const {
  GaussianProcessParameters parameters;
  for (std::size_t g = 0; g < group_count_; ++g)
    parameters.lengths.push_back(std::exp(logarithms(g)));
  parameters.amplitude = std::exp(logarithms(group_count_));
  parameters.noise = std::exp(logarithms(group_count_ + 1));
  return parameters;
}

/// Rprop: a step of its own for each parameter, which grows while the sign of the slope stays and
/// shrinks when it turns. Leaves the best place in `logarithms` and returns its height.
double GaussianProcess::climb(arma::vec& logarithms) const {
  const arma::uword size = logarithms.n_elem;
  arma::vec steps(size, arma::fill::value(0.1)), before(size, arma::fill::zeros), slope;
  arma::vec at = logarithms;
  double best = -kInfinity;
  for (int step = 0; step < kSteps; ++step) {
    double height = log_likelihood(from(at), &slope);
    if (!std::isfinite(height)) break;
    for (arma::uword i = 0; i < size; ++i) {
      height += prior_of(i, group_count_).log_density(at(i));
      slope(i) += prior_of(i, group_count_).slope(at(i));
    }
    if (height > best) {
      best = height;
      logarithms = at;
    }
    for (arma::uword i = 0; i < size; ++i) {
      const double turn = slope(i) * before(i);
      if (turn > 0) steps(i) = std::min(1.2 * steps(i), 1.0);
      if (turn < 0) steps(i) = std::max(0.5 * steps(i), 1e-6);
      before(i) = turn < 0 ? 0 : slope(i);
      at(i) += before(i) > 0 ? steps(i) : (before(i) < 0 ? -steps(i) : 0);
    }
    if (steps.max() < 1e-4) break;
  }
  return best;
}

void GaussianProcess::fit(std::uint64_t seed) {
  RandomStream random(seed, "gaussian process");
  double highest = -kInfinity;
  arma::vec chosen(group_count_ + 2);
  for (int start = 0; start < kStarts; ++start) {
    arma::vec at(group_count_ + 2);
    for (arma::uword i = 0; i < at.n_elem; ++i) {
      const Prior& prior = prior_of(i, group_count_);
      at(i) = prior.mean + (start == 0 ? 0 : prior.deviation * random.normal());
    }
    if (start == 0) chosen = at;
    const double height = climb(at);
    if (height <= highest) continue;
    highest = height;
    chosen = at;
  }
  set(from(chosen));
}

void GaussianProcess::set(const GaussianProcessParameters& parameters) {
  parameters_ = parameters;
  arma::mat k = covariance(parameters_);
  // More noise makes any covariance definite in the end.
  for (double more = kJitter * k.max(); !arma::chol(factor_, k, "lower"); more *= 10)
    k.diag() += more;
  weights_ = arma::solve(arma::trimatu(factor_.t()), arma::solve(arma::trimatl(factor_), values_));
}

GaussianProcess::Prediction GaussianProcess::predict(const arma::vec& point) const {
  const double variance = parameters_.amplitude * parameters_.amplitude;
  arma::vec k(points_.n_cols);
  for (arma::uword j = 0; j < points_.n_cols; ++j) {
    double squared = 0;
    for (arma::uword row = 0; row < points_.n_rows; ++row)
      squared += std::pow((points_(row, j) - point(row)) / parameters_.lengths[groups_[row]], 2);
    k(j) = variance * correlation(kernel_, squared);
  }
  const arma::vec half = arma::solve(arma::trimatl(factor_), k);
  return {arma::dot(k, weights_), std::sqrt(std::max(0.0, variance - arma::dot(half, half)))};
}

double log_expected_improvement(const GaussianProcess::Prediction& prediction, double best) {
  if (!(prediction.deviation > 0)) return -kInfinity;
  const double z = (best - prediction.mean) / prediction.deviation;
  const double log_density = -0.5 * z * z - 0.5 * std::log(2 * arma::datum::pi);
  // Far below, φ(z) + z Φ(z) is a difference of equals; its expansion begins φ(z) (1/z² − 3/z⁴).
  if (z < -30)
    return std::log(prediction.deviation) + log_density - 2 * std::log(-z) +
           std::log1p(-3 / (z * z));
  const double improvement = std::exp(log_density) + z * 0.5 * std::erfc(-z / std::sqrt(2.0));
  return std::log(prediction.deviation) + std::log(improvement);
}

}  // namespace weft
