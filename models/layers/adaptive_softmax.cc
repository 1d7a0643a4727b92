#include "models/layers/adaptive_softmax.h"

#include <algorithm>
#include <stdexcept>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"

namespace weft {
namespace {

constexpr std::int64_t kHeadWords = 2000;
constexpr std::int64_t kGrowth = 5;  // of the words up to the end of each next cluster
constexpr int kDivisor = 4;          // of the dimension from cluster to cluster

void shift(std::size_t n, real by, const real* x, real* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = x[i] + by;
}

}  // namespace

std::vector<std::int64_t> AdaptiveSoftmax::default_cutoffs(int vocabulary) {
  std::vector<std::int64_t> cutoffs;
  for (std::int64_t cutoff = kHeadWords; cutoff < vocabulary; cutoff *= kGrowth)
    cutoffs.push_back(cutoff);
  return cutoffs;
}

AdaptiveSoftmax::AdaptiveSoftmax(ParameterStore& store, const std::string& name, int inputs,
                                 int vocabulary, const std::vector<std::int64_t>& cutoffs,
                                 const Initializer& weights)
    : vocabulary_(vocabulary),
      shortlist_(cutoffs.empty() ? vocabulary : static_cast<int>(cutoffs[0])) {
  const Index H = static_cast<Index>(inputs);
  const Index rows = static_cast<Index>(shortlist_) + cutoffs.size();
  head_weight_ = &store.add(name + ".head.weight", rows, H, weights);
  head_bias_ = &store.add(name + ".head.bias", rows, 1, Initializer::zeros());
  int dimension = inputs;
  for (std::size_t i = 0; i < cutoffs.size(); ++i) {
    const int first = static_cast<int>(cutoffs[i]);
    const int end = i + 1 < cutoffs.size() ? static_cast<int>(cutoffs[i + 1]) : vocabulary;
    dimension = std::max(1, dimension / kDivisor);
    const Index D = static_cast<Index>(dimension), size = static_cast<Index>(end - first);
    const std::string prefix = name + ".cluster." + std::to_string(i);
    clusters_.push_back({first, end - first, &store.add(prefix + ".projection", D, H, weights),
                         &store.add(prefix + ".weight", size, D, weights),
                         &store.add(prefix + ".bias", size, 1, Initializer::zeros())});
  }
}

Var AdaptiveSoftmax::head(Tape& tape, Var hidden) const {
  return affine(tape, tape.parameter(*head_weight_), hidden, tape.parameter(*head_bias_));
}

Var AdaptiveSoftmax::cluster_scores(Tape& tape, Var hidden, const Cluster& cluster) {
  const Var projected = affine(tape, tape.parameter(*cluster.projection), hidden);
  return affine(tape, tape.parameter(*cluster.weight), projected, tape.parameter(*cluster.bias));
}

Var AdaptiveSoftmax::loss(Tape& tape, Var hidden, const int* targets, SequenceShape) const {
  const Index N = hidden.cols();
  int* rows = tape.scratch_array<int>(N);
  double counted = 0;
  for (Index n = 0; n < N; ++n) {
    rows[n] = targets[n];
    if (targets[n] >= 0) ++counted;
    for (std::size_t i = 0; i < clusters_.size(); ++i)
      if (targets[n] >= clusters_[i].first) rows[n] = shortlist_ + static_cast<int>(i);
  }
  const double normalizer = std::max(1.0, counted);
  Var loss = affine_cross_entropy(tape, tape.parameter(*head_weight_), hidden,
                                  tape.parameter(*head_bias_), rows, 0, normalizer);
  for (const Cluster& cluster : clusters_)
    if (Var part = cluster_loss(tape, hidden, targets, cluster, normalizer))
      loss = add(tape, loss, part);
  return loss;
}

Var AdaptiveSoftmax::cluster_loss(Tape& tape, Var hidden, const int* targets,
                                  const Cluster& cluster, double normalizer) const {
  const Index N = hidden.cols();
  int* columns = tape.scratch_array<int>(N);
  int* rows = tape.scratch_array<int>(N);
  std::size_t count = 0;
  for (Index n = 0; n < N; ++n) {
    const int row = targets[n] - cluster.first;
    if (row < 0 || row >= cluster.size) continue;
    columns[count] = static_cast<int>(n);
    rows[count++] = row;
  }
  if (count == 0) return {};
  const Var x = affine(tape, tape.parameter(*cluster.projection),
                       select_columns(tape, hidden, columns, count));
  return affine_cross_entropy(tape, tape.parameter(*cluster.weight), x,
                              tape.parameter(*cluster.bias), rows, 0, normalizer);
}

Var AdaptiveSoftmax::scores(Tape& tape, Var hidden) const {
  if (tape.training()) throw std::logic_error("an adaptive softmax trains by loss()");
  const Index V = static_cast<Index>(vocabulary_), N = hidden.cols();
  const Var top = head(tape, hidden);
  std::vector<Var> parts;
  for (const Cluster& cluster : clusters_) parts.push_back(cluster_scores(tape, hidden, cluster));
  Var result = tape.output(V, N, {});
  Matrix& scores = tape.value(result);
  kernels::parallel_for(N, 1 + (1u << 13) / V, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = begin; n < end; ++n) normalize(top.value(), parts, n, scores.colptr(n));
  });
  return result;
}

void AdaptiveSoftmax::normalize(const Matrix& head, const std::vector<Var>& parts, Index n,
                                real* y) const {
  const auto& kernel = kernels::elementwise();
  const real* top = head.colptr(n);
  const double log_sum = kernel.log_sum_exp(head.n_rows, top);
  const std::size_t words = static_cast<std::size_t>(shortlist_);
  shift(words, static_cast<real>(-log_sum), top, y);
  for (std::size_t i = 0; i < clusters_.size(); ++i) {
    const real* part = parts[i].value().colptr(n);
    const std::size_t size = static_cast<std::size_t>(clusters_[i].size);
    const double by =
        static_cast<double>(top[words + i]) - log_sum - kernel.log_sum_exp(size, part);
    shift(size, static_cast<real>(by), part, y + clusters_[i].first);
  }
}

}  // namespace weft
