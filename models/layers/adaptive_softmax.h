// A softmax over many words that spends its time on the frequent ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/layers/output_layer.h"

namespace weft {

/// Adaptive softmax (Grave et al. 2017). Ids count from the most frequent word. Words below the
/// first cutoff are scored in the head, beside one score for each cluster of rarer words; a cluster
/// scores its words from a projection of the hidden vector, H / 4^i dimensions (at least one) for
/// cluster i = 1, 2, …:
///   p(w) = softmax(A h + a)_w in the head,
///   p(w) = softmax(A h + a)_cluster · softmax(B P h + b)_w in a cluster.
/// Training computes a cluster only for the columns whose target lies in it. Any order of the ids
/// gives a distribution; frequency makes it quick and good.
class AdaptiveSoftmax : public OutputLayer {
 public:
  /// `cutoffs`: the first word of each cluster, rising, each in [1, vocabulary); none: all words
  /// are in the head, a full softmax.
  AdaptiveSoftmax(ParameterStore& store, const std::string& name, int inputs, int vocabulary,
                  const std::vector<std::int64_t>& cutoffs, const Initializer& weights);

  Var loss(Tape& tape, Var hidden, const int* targets, SequenceShape shape) const override;
  /// Log-probabilities of all V words; throws std::logic_error on a tape that trains.
  Var scores(Tape& tape, Var hidden) const override;

  /// 2,000 words in the head, then clusters that reach to five times as many words each.
  static std::vector<std::int64_t> default_cutoffs(int vocabulary);

 private:
  struct Cluster {
    int first, size;              // its words
    const Parameter* projection;  // P: H / 4^i × H
    const Parameter* weight;      // B: size × H / 4^i
    const Parameter* bias;        // b: size × 1
  };
  Var head(Tape& tape, Var hidden) const;
  static Var cluster_scores(Tape& tape, Var hidden, const Cluster& cluster);
  Var cluster_loss(Tape& tape, Var hidden, const int* targets, const Cluster& cluster,
                   double normalizer) const;
  /// y: the V log-probabilities of column n, from the scores in the head and in the clusters.
  void normalize(const Matrix& head, const std::vector<Var>& parts, Index n, real* y) const;

  int vocabulary_;
  int shortlist_;  // words in the head
  std::vector<Cluster> clusters_;
  const Parameter* head_weight_;  // A: (shortlist + clusters) × H
  const Parameter* head_bias_;
};

}  // namespace weft
