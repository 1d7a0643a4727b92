#include "models/core/kernels/precision.h"

namespace weft::kernels {
namespace {

thread_local Precision current = Precision::f32;

}  // namespace

Precision precision() { return current; }

PrecisionScope::PrecisionScope(Precision precision) : before_(current) {
#ifndef WEFT_DOUBLE
  current = precision;
#else
  (void)precision;
#endif
}

PrecisionScope::~PrecisionScope() { current = before_; }

}  // namespace weft::kernels
