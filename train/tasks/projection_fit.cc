#include "train/tasks/projection_fit.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/random.h"

namespace weft {
namespace {

using Wide = arma::Mat<double>;

constexpr std::size_t kBlock = 1024;        // examples multiplied together
constexpr std::size_t kLargestGram = 4096;  // features
constexpr arma::uword kMoreDirections = 10;
constexpr int kRounds = 30;

/// Calls `use` with the data, block by block.
template <class Use>
void for_each_block(const FeatureTable& data, const Wide& mean, const Use& use) {
  for (std::size_t begin = 0; begin < data.examples(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, data.examples());
    Wide block(data.features(), end - begin);
    for (std::size_t n = begin; n < end; ++n) data.copy(n, block.colptr(n - begin));
    block.each_col() -= mean.col(0);
    use(block);
  }
}

Wide mean_of(const FeatureTable& data) {
  const Wide zero(data.features(), 1, arma::fill::zeros);
  Wide sum = zero;
  for_each_block(data, zero, [&](const Wide& block) { sum += arma::sum(block, 1); });
  return sum / static_cast<double>(data.examples());
}

/// X Xᵀ Q.
Wide gram_product(const FeatureTable& data, const Wide& mean, const Wide& Q) {
  Wide product(Q.n_rows, Q.n_cols, arma::fill::zeros);
  for_each_block(data, mean, [&](const Wide& block) { product += block * (block.t() * Q).eval(); });
  return product;
}

void check(bool done) {
  if (!done) throw UserError("the directions of the data cannot be computed; look for odd values");
}

/// Eigenvectors of a symmetric matrix by falling eigenvalue.
Wide falling_eigenvectors(const Wide& matrix) {
  arma::Col<double> values;
  Wide vectors;
  check(arma::eig_sym(values, vectors, matrix));
  return arma::fliplr(vectors);
}

Wide exact_directions(const FeatureTable& data, const Wide& mean, arma::uword count) {
  Wide gram(data.features(), data.features(), arma::fill::zeros);
  for_each_block(data, mean, [&](const Wide& block) { gram += block * block.t(); });
  return falling_eigenvectors(gram).head_cols(count);
}

/// A random subspace, multiplied by X Xᵀ again and again until it lies where X Xᵀ is strongest; the
/// eigenvectors within it are the answer.
Wide iterated_directions(const FeatureTable& data, const Wide& mean, arma::uword count,
                         std::uint64_t seed) {
  RandomStream random(seed, "projection");
  const arma::uword width =
      std::min<arma::uword>(count + kMoreDirections, std::min(data.features(), data.examples()));
  Wide Q(data.features(), width);
  for (double& number : Q) number = random.normal();
  Wide R;
  for (int round = 0; round < kRounds; ++round) {
    const Wide product = gram_product(data, mean, Q);
    check(arma::qr_econ(Q, R, product));
  }
  Wide inner = Q.t() * gram_product(data, mean, Q);
  inner = (inner + inner.t()) / 2;
  return Q * falling_eigenvectors(inner).head_cols(count);
}

void make_signs_unique(Wide& directions) {
  for (arma::uword k = 0; k < directions.n_cols; ++k)
    if (directions(arma::index_max(arma::abs(directions.col(k))), k) < 0)
      directions.col(k) = -directions.col(k);
}

}  // namespace

void fit(Projection& model, const FeatureTable& data, std::uint64_t seed) {
  const auto count = static_cast<arma::uword>(model.code_size());
  if (data.examples() < count)
    throw UserError("there are " + std::to_string(data.examples()) +
                    " examples, too few for a code of " + std::to_string(count) +
                    " numbers; lower --code");
  const bool centred = model.options().method == ProjectionMethod::pca;
  const Wide mean = centred ? mean_of(data) : Wide(data.features(), 1, arma::fill::zeros);
  const bool exact = centred && data.features() <= kLargestGram;
  Wide directions =
      exact ? exact_directions(data, mean, count) : iterated_directions(data, mean, count, seed);
  make_signs_unique(directions);
  model.set(arma::conv_to<Matrix>::from(directions), arma::conv_to<Matrix>::from(mean));
}

}  // namespace weft
