// The result of a loss. Private to this folder.
#pragma once

#include "models/core/tape.h"

namespace weft {

/// 1 × 1.
inline Var scalar_result(Tape& tape, double value, Var input) {
  Var result = tape.output(1, 1, {input});
  tape.value(result)(0, 0) = static_cast<real>(value);
  return result;
}

}  // namespace weft
