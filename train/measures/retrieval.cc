#include "train/measures/retrieval.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "models/core/kernels/gemm.h"
#include "models/core/kernels/parallel.h"

namespace weft {
namespace {

constexpr Index kQueries = 256;  // asked together

std::vector<int> numbered(const std::vector<std::string>& labels) {
  std::map<std::string, int> numbers;
  std::vector<int> result;
  for (const std::string& label : labels)
    result.push_back(numbers.emplace(label, static_cast<int>(numbers.size())).first->second);
  return result;
}

Matrix of_length_one(Matrix codes) {
  for (Index n = 0; n < codes.n_cols; ++n) {
    const real length = arma::norm(codes.col(n));
    if (length > 0) codes.col(n) /= length;
  }
  return codes;
}

std::vector<std::size_t> counts_up_to(std::size_t most) {
  std::vector<std::size_t> counts;
  for (std::size_t count = 1; count < most; count = 2 * count + 1) counts.push_back(count);
  if (most > 0) counts.push_back(most);
  return counts;
}

/// Adds to `hits[i]` how many of the nearest counts[i] have the query's label.
void ask(Index query, const real* cosines, const std::vector<int>& labels,
         const std::vector<std::size_t>& counts, std::vector<double>& hits) {
  std::vector<Index> order(labels.size());
  std::iota(order.begin(), order.end(), Index{0});
  order.erase(order.begin() + static_cast<std::ptrdiff_t>(query));
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    return cosines[a] > cosines[b] || (cosines[a] == cosines[b] && a < b);
  });
  std::size_t found = 0, fetched = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (; fetched < counts[i]; ++fetched) found += labels[order[fetched]] == labels[query];
    hits[i] += static_cast<double>(found) / static_cast<double>(counts[i]);
  }
}

}  // namespace

std::vector<std::pair<std::size_t, double>> retrieval_precision(
    const Matrix& codes, const std::vector<std::string>& labels) {
  const std::vector<int> numbers = numbered(labels);
  const Matrix unit = of_length_one(codes);
  const std::vector<std::size_t> counts = counts_up_to(labels.empty() ? 0 : labels.size() - 1);
  std::vector<std::vector<double>> hits(labels.size(), std::vector<double>(counts.size(), 0));
  for (Index begin = 0; begin < unit.n_cols; begin += kQueries) {
    const Index count = std::min(kQueries, unit.n_cols - begin);
    Matrix cosines(unit.n_cols, count);
    kernels::gemm(kernels::Transpose::yes, kernels::Transpose::no, unit,
                  unit.cols(begin, begin + count - 1), 0, cosines);
    kernels::parallel_for(count, 1, [&](std::size_t first, std::size_t last) {
      for (std::size_t n = first; n < last; ++n)
        ask(begin + n, cosines.colptr(n), numbers, counts, hits[begin + n]);
    });
  }
  std::vector<std::pair<std::size_t, double>> curve;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    double sum = 0;
    for (const auto& query : hits) sum += query[i];
    curve.emplace_back(counts[i], sum / static_cast<double>(labels.size()));
  }
  return curve;
}

}  // namespace weft
