// In what numbers products are taken.
#pragma once

namespace weft::kernels {

/// bf16: the operands are rounded to bfloat16, eight bits of mantissa, and the sums are kept in
/// float (Micikevicius et al. 2018 with another half of the bits; Kalamkar et al. 2019).
enum class Precision { f32, bf16 };

/// What gemm() and StepProduct do on this thread. In the double build always f32.
Precision precision();

/// Sets it for as long as it lives.
class PrecisionScope {
 public:
  explicit PrecisionScope(Precision precision);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  Precision before_;
};

}  // namespace weft::kernels
