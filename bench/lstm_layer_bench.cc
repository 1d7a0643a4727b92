// One LSTM layer alone, forward and backward with all gradients, beside oneDNN's own primitive.
//
// A token costs 2 · (4H · 2H), three times.

#include "bench/bench_common.h"
#include "bench/peers/onednn_lstm.h"
#include "models/core/kernels/parallel.h"
#include "models/core/ops.h"
#include "models/core/sequence_ops.h"

namespace weft::bench {
namespace {

double flops_of_training(int hidden) { return 3 * 2.0 * 4 * hidden * 2 * hidden; }

void lstm_layer(benchmark::State& state, int steps, int examples, int hidden) {
  kernels::set_threads(static_cast<int>(state.range(0)));
  const Index H = static_cast<Index>(hidden);
  const SequenceShape shape{steps, examples, nullptr};
  ParameterStore store;
  const Parameter& W = store.add("input", 4 * H, H, Initializer::uniform(0.1));
  const Parameter& U = store.add("recurrent", 4 * H, H, Initializer::uniform(0.1));
  const Parameter& b = store.add("bias", 4 * H, 1, Initializer::zeros());
  store.initialize(1);

  RandomStream random(1, "numbers");
  const Matrix x = random_matrix(H, shape.columns(), random);
  const Matrix zeros(H, shape.columns(), arma::fill::zeros);
  Gradients gradients(store);
  Tape tape(gradients, random);
  measure(state, static_cast<double>(shape.columns()), flops_of_training(hidden), [&] {
    tape.reset();
    const auto result = lstm(tape, tape.variable(x), tape.parameter(W), tape.parameter(U),
                             tape.parameter(b), {}, {}, shape);
    // The loss is there to send a gradient to every step; it is one part in a hundred of the work.
    tape.backward(squared_error(tape, result.hidden, zeros));
  });
}

void onednn_lstm(benchmark::State& state, int steps, int examples, int hidden) {
  if (!OnednnLstm::available()) return state.SkipWithError("oneDNN 2.x only");
  kernels::set_threads(static_cast<int>(state.range(0)));
  OnednnLstm layer(steps, examples, hidden);
  measure(state, static_cast<double>(steps) * examples, flops_of_training(hidden),
          [&] { layer.forward_backward(); });
}

#define LSTM_LAYER(row, ...)                                                   \
  BENCHMARK_CAPTURE(lstm_layer, row, __VA_ARGS__)->Apply(one_and_two_threads); \
  BENCHMARK_CAPTURE(onednn_lstm, row, __VA_ARGS__)->Apply(one_and_two_threads)

LSTM_LAYER(lstm_650, 35, 20, 650);
LSTM_LAYER(lstm_512, 50, 64, 512);
LSTM_LAYER(lstm_200, 20, 20, 200);

}  // namespace
}  // namespace weft::bench
