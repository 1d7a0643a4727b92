// Which initialisation a model's layers use, as options.
#pragma once

#include "base/options.h"
#include "models/core/parameter.h"

namespace weft {

enum class InitKind { glorot, he, orthogonal, uniform, normal };

struct InitOptions {
  InitKind weights = InitKind::glorot;
  InitKind recurrent = InitKind::orthogonal;
  double scale = 0.1;      // of uniform (±) and normal (standard deviation), embeddings included
  double forget_bias = 1;  // of LSTM forget gates
  void visit(OptionVisitor& v);

  Initializer input_weights(int blocks = 1) const { return make(weights, blocks); }
  Initializer recurrent_weights(int blocks = 1) const { return make(recurrent, blocks); }
  Initializer embedding() const;

 private:
  Initializer make(InitKind kind, int blocks) const;
};

}  // namespace weft
