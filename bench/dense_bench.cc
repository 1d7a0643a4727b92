// A training step of the deep autoencoder of Hinton & Salakhutdinov (2006), batch 128, squared
// error. Here a "token" is an example.

#include <string>
#include <vector>

#include "bench/bench_common.h"
#include "models/core/kernels/parallel.h"
#include "models/layers/dense.h"

namespace weft::bench {
namespace {

const std::vector<int> kSizes = {784, 1000, 500, 250, 30, 250, 500, 1000, 784};
constexpr Index kBatch = 128;

/// Nobody needs the gradient of the first layer's inputs.
double flops_of_training() {
  double flops = 0;
  for (std::size_t n = 1; n < kSizes.size(); ++n)
    flops += (n == 1 ? 2 : 3) * 2.0 * kSizes[n - 1] * kSizes[n];
  return flops;
}

void dense_stack(benchmark::State& state) {
  kernels::set_threads(static_cast<int>(state.range(0)));
  ParameterStore store;
  std::vector<Dense> layers;
  for (std::size_t n = 1; n < kSizes.size(); ++n)
    layers.emplace_back(store, std::to_string(n), kSizes[n - 1], kSizes[n], Initializer::glorot());
  store.initialize(1);

  RandomStream random(1, "pictures");
  const Matrix pictures = random_matrix(static_cast<Index>(kSizes.front()), kBatch, random);
  TrainingStep step(store, 0, 1e-4);
  measure(state, static_cast<double>(kBatch), flops_of_training(), [&] {
    step([&](Tape& tape) {
      Var x = tape.constant(pictures);
      for (std::size_t n = 0; n < layers.size(); ++n) {
        const bool code = kSizes[n + 1] == 30, last = n + 1 == layers.size();
        x = layers[n](tape, x, code || last ? Activation::linear : Activation::sigmoid);
      }
      return squared_error(tape, x, pictures);
    });
  });
}

BENCHMARK(dense_stack)->Apply(one_and_two_threads);

}  // namespace
}  // namespace weft::bench
