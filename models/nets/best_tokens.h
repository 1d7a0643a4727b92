// The best extensions of a beam's hypotheses.
#pragma once

#include <cstddef>
#include <vector>

#include "models/core/matrix.h"

namespace weft {

struct Candidate {
  double score;  // log-probability of the hypothesis with the token
  int column;    // of the hypothesis
  int token;
};

/// Collects the `width` best of all columns that it is shown, in one pass over each: most of a
/// vocabulary lies below what has been found before. Of equal scores the earlier column and the
/// lower token is the better. <pad> and <bos> are never among them.
class BestTokens {
 public:
  explicit BestTokens(std::size_t width) : width_(width) {}
  /// logits: V, whose softmax multiplies the hypothesis' probability. `left_out`, if given: tokens
  /// that are not wanted.
  void add(int column, double log_probability, const real* logits, Index vocabulary,
           const std::vector<bool>* left_out = nullptr);
  void add(const Candidate& candidate);
  /// Best first.
  std::vector<Candidate> sorted() const;

 private:
  bool full() const { return kept_.size() == width_; }

  std::size_t width_;
  std::vector<Candidate> kept_;  // a heap, the worst on top
};

}  // namespace weft
