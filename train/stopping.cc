#include "train/stopping.h"

namespace weft {

void EarlyStopping::begin(Trainer& trainer) {
  if (stale_ >= patience_) trainer.stop(StopReason::patience);
}

void EarlyStopping::validated(Trainer& trainer, const Evaluation&, bool best) {
  stale_ = best ? 0 : stale_ + 1;
  if (stale_ >= patience_) trainer.stop(StopReason::patience);
}

void TimeLimit::updated(Trainer& trainer) {
  if (trainer.state().seconds >= 60 * minutes_) trainer.stop(StopReason::time);
}

}  // namespace weft
