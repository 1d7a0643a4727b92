#include "models/layers/initialization.h"

namespace weft {

void InitOptions::visit(OptionVisitor& v) {
  const std::vector<std::string> kinds = {"glorot", "he", "orthogonal", "uniform", "normal"};
  v.choice("init", weights, kinds, "initial weights");
  v.choice("recurrent-init", recurrent, kinds, "initial recurrent weights");
  v.number("init-scale", scale, 0, 10, "half width of uniform, standard deviation of normal");
  v.number("forget-bias", forget_bias, -10, 10, "initial bias of LSTM forget gates");
}

Initializer InitOptions::embedding() const {
  return weights == InitKind::uniform ? Initializer::uniform(scale) : Initializer::normal(scale);
}

Initializer InitOptions::make(InitKind kind, int blocks) const {
  switch (kind) {
    case InitKind::glorot:
      return Initializer::glorot(blocks);
    case InitKind::he:
      return Initializer::he(blocks);
    case InitKind::orthogonal:
      return Initializer::orthogonal(blocks);
    case InitKind::uniform:
      return Initializer::uniform(scale);
    case InitKind::normal:
      return Initializer::normal(scale);
  }
  return {};
}

}  // namespace weft
