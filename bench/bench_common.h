// What the benchmarks share: made-up data, a training step, and how results are counted.
//
// A benchmark's argument is the number of threads. GFLOP/s count the matrix products alone, two
// operations a multiply-add.
#pragma once

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "corpora/batch.h"
#include "models/core/tape.h"
#include "tokenizer/tokenizer.h"
#include "train/gradient_norm.h"
#include "train/optimizer.h"

namespace weft::bench {

/// Words w4, w5, …: `vocabulary` entries with the special ones.
std::shared_ptr<const Tokenizer> numbered_words(int vocabulary);

/// Sequences of these lengths, padded to the longest, of words as frequent as Zipf has them.
TokenBatch random_batch(const std::vector<int>& lengths, int vocabulary, RandomStream& random);

/// Numbers drawn evenly from [0, 1).
Matrix random_matrix(Index rows, Index columns, RandomStream& random);

/// Forward, loss, backward, clip, update by plain gradient descent; the whole of a training step.
class TrainingStep {
 public:
  /// `clip`: of the global gradient norm, 0: off. `parameters` have values and outlive it.
  TrainingStep(ParameterStore& parameters, double clip, double learning_rate);

  /// `loss(tape)` gives the loss, 1 × 1.
  template <class Loss>
  void operator()(const Loss& loss) {
    tape_.reset();
    tape_.backward(loss(tape_));
    const double scale = clip_ > 0 ? std::min(1.0, clip_ / norm_(gradients_)) : 1;
    optimizer_->step(gradients_, learning_rate_, scale);
  }

 private:
  double clip_, learning_rate_;
  Gradients gradients_;
  RandomStream noise_{1, "dropout"};
  Tape tape_{gradients_, noise_};
  GradientNorm norm_;
  std::unique_ptr<Optimizer> optimizer_;
};

/// Runs `step` twice unmeasured, so that memory is there, then as often as the benchmark wants;
/// counts `tokens` a step (padding left out) and `flops` a token.
template <class Step>
void measure(benchmark::State& state, double tokens, double flops, const Step& step) {
  malloc_trim(0);  // what an earlier repetition gave back is not this one's memory
  for (int warm_up = 0; warm_up < 2; ++warm_up) step();
  for (auto _ : state) step();
  const double seen = static_cast<double>(state.iterations()) * tokens;
  state.counters["tokens/s"] = benchmark::Counter(seen, benchmark::Counter::kIsRate);
  state.counters["GFLOP/s"] = benchmark::Counter(seen * flops * 1e-9, benchmark::Counter::kIsRate);
}

/// One thread and two, wall time; how long is up to --benchmark_min_time.
inline void one_and_two_threads(benchmark::internal::Benchmark* bench) {
  bench->ArgName("threads")->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
}

}  // namespace weft::bench
