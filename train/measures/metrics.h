// How good a classifier is on held-out examples.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/core/matrix.h"

namespace weft {

/// Precision, recall and F1 of one label; a ratio whose denominator is 0 counts as 0.
struct LabelMeasures {
  double precision = 0, recall = 0, f1 = 0;
  std::uint64_t support = 0;  // examples that have the label
};

/// Counts right and wrong answers, batch after batch.
///
/// One label an example: the answer is the label of the highest probability (of equal ones the
/// first). Several: every label whose probability is at least one half.
class ClassificationMetrics {
 public:
  ClassificationMetrics(std::vector<std::string> labels, bool multi_label);

  /// `probabilities`: L × B; `targets`: for each of the B examples the indexes of its labels.
  void add(const Matrix& probabilities, const std::vector<std::vector<int>>& targets);

  std::uint64_t examples() const { return examples_; }
  /// Share of examples answered right; with several labels: with exactly the right set.
  double accuracy() const;
  LabelMeasures label(std::size_t index) const;
  /// Mean F1 over the labels that occur or were answered: one that does neither has no F1.
  double macro_f1() const;
  /// F1 of all (example, label) pairs together.
  double micro_f1() const;
  /// Mean negative log-likelihood an example, in nats; with several labels their sum. Probabilities
  /// of zero count as the smallest that a float tells apart.
  double loss() const;
  /// `examples`, `accuracy`, `macro_f1`, `loss`, `labels` (precision, recall, f1, support each);
  /// with several labels an example `micro_f1`, too.
  nlohmann::json json() const;

 private:
  struct Counts {
    std::uint64_t both = 0, answered = 0, wanted = 0;
  };
  static LabelMeasures measures(const Counts& counts);

  std::vector<std::string> labels_;
  bool multi_label_;
  std::vector<Counts> counts_;
  std::uint64_t examples_ = 0, right_ = 0;
  double nats_ = 0;
};

}  // namespace weft
