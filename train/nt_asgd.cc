#include "train/nt_asgd.h"

#include <algorithm>
#include <cmath>

namespace weft {

void NonMonotoneTrigger::validated(Trainer& trainer, const Evaluation& evaluation, bool) {
  const double value = evaluation.higher_is_better ? -evaluation.value : evaluation.value;
  if (!std::isfinite(value)) return;  // no best either, and no number in a checkpoint
  if (!trainer.averages() && earlier_.size() > interval_) {
    const auto recent = earlier_.end() - static_cast<std::ptrdiff_t>(interval_);
    if (value > *std::min_element(earlier_.begin(), recent)) trainer.begin_average();
  }
  earlier_.push_back(value);
}

}  // namespace weft
