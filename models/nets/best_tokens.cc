#include "models/nets/best_tokens.h"

#include <algorithm>
#include <limits>

#include "models/core/kernels/elementwise.h"
#include "tokenizer/vocabulary.h"

namespace weft {
namespace {

constexpr Index kBlock = 64;

bool better(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.column != b.column ? a.column < b.column : a.token < b.token;
}

}  // namespace

void BestTokens::add(const Candidate& candidate) {
  if (full()) {
    if (!better(candidate, kept_.front())) return;
    std::pop_heap(kept_.begin(), kept_.end(), better);
    kept_.pop_back();
  }
  kept_.push_back(candidate);
  std::push_heap(kept_.begin(), kept_.end(), better);
}

void BestTokens::add(int column, double log_probability, const real* logits, Index vocabulary,
                     const std::vector<bool>* left_out) {
  const auto& kernel = kernels::elementwise();
  const double shift = log_probability - kernel.log_sum_exp(vocabulary, logits);
  const auto least = [&] {
    return full() ? kept_.front().score : -std::numeric_limits<double>::infinity();
  };
  for (Index begin = 0; begin < vocabulary; begin += kBlock) {
    const Index end = std::min(begin + kBlock, vocabulary);
    const double best = static_cast<double>(kernel.max(end - begin, logits + begin)) + shift;
    if (full() && best <= least()) continue;
    for (Index id = begin; id < end; ++id) {
      const double score = static_cast<double>(logits[id]) + shift;
      if (id == kPad || id == kBos || (full() && score <= least())) continue;
      if (left_out && (*left_out)[id]) continue;
      add({score, column, static_cast<int>(id)});
    }
  }
}

std::vector<Candidate> BestTokens::sorted() const {
  std::vector<Candidate> result = kept_;
  std::sort(result.begin(), result.end(), better);
  return result;
}

}  // namespace weft
