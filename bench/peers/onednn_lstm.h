// oneDNN's own LSTM primitive, as the peer of ours.
#pragma once

#include <memory>

namespace weft::bench {

/// One layer with as many inputs as units, all sequences of T steps, initial state zero.
class OnednnLstm {
 public:
  /// Written for oneDNN 2; with another version there is nothing to measure.
  static bool available();
  OnednnLstm(int steps, int examples, int hidden);
  ~OnednnLstm();
  /// With gradients of the inputs, the weights and the bias. Weights count as new each time, as in
  /// training: they are brought into the layouts that the primitive prefers.
  void forward_backward();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::bench
