// Regression with a Gaussian process (Rasmussen & Williams 2006, chapters 2 and 5), in double
// whatever `real` is.
#pragma once

#include <armadillo>
#include <cstdint>
#include <vector>

namespace weft {

enum class Kernel { matern, squared_exponential };

/// Of a process with mean zero. The covariance of two points at a distance r, each coordinate
/// divided by the length scale of its group:
///   matern                amplitude² · (1 + √5 r + 5/3 r²) · exp(−√5 r)     (ν = 5/2)
///   squared_exponential   amplitude² · exp(−r²/2)
/// and noise² more for a point with itself as it was observed.
struct GaussianProcessParameters {
  std::vector<double> lengths;  // one a group
  double amplitude = 1, noise = 0.1;
};

class GaussianProcess {
 public:
  struct Prediction {
    double mean = 0, deviation = 0;  // of the function, without the noise
  };

  /// `points`: a column each; `groups`: of each row, the index of its length scale.
  GaussianProcess(Kernel kernel, arma::mat points, arma::vec values,
                  std::vector<std::size_t> groups);

  /// log p(values | points, parameters); −∞ where the covariance is not positive definite. With
  /// `gradient`, by the logarithms of the lengths, the amplitude, and the noise.
  double log_likelihood(const GaussianProcessParameters& parameters,
                        arma::vec* gradient = nullptr) const;
  /// Climbs the log-likelihood (plus a prior that keeps few points from saying too much: see the
  /// source) from several starts drawn from `seed`, by Rprop (Blum & Riedmiller 2013), and takes
  /// the best parameters.
  void fit(std::uint64_t seed);
  void set(const GaussianProcessParameters& parameters);
  const GaussianProcessParameters& parameters() const { return parameters_; }

  /// After fit() or set().
  Prediction predict(const arma::vec& point) const;

 private:
  arma::mat covariance(const GaussianProcessParameters& parameters) const;
  double climb(arma::vec& logarithms) const;
  GaussianProcessParameters from(const arma::vec& logarithms) const;

  Kernel kernel_;
  arma::mat points_;
  arma::vec values_;
  std::vector<std::size_t> groups_;
  std::size_t group_count_;
  std::vector<arma::mat> squares_;  // of each group, the squared distances of all pairs
  GaussianProcessParameters parameters_;
  arma::mat factor_;   // lower Cholesky factor of the covariance
  arma::vec weights_;  // its inverse times the values
};

/// log of the expected improvement below `best` (minimising), exact where the improvement itself
/// is too small for a double; −∞ without deviation or hope.
///   EI = deviation · (φ(z) + z Φ(z)),  z = (best − mean) / deviation
double log_expected_improvement(const GaussianProcess::Prediction& prediction, double best);

}  // namespace weft
