#include "models/core/attention_step.h"

#include <cstring>

namespace weft {

real* Attention::energy(const kernels::Elementwise& kernel, Index b, Index position,
                        const real* query) const {
  real* e = energies + b * A;
  std::memcpy(e, key(position), A * sizeof(real));
  kernel.axpby(A, 1, query, 1, e);
  kernel.tanh(A, e, e);
  return e;
}

void Attention::forward(const kernels::Elementwise& kernel, Index b, Index t, const real* query,
                        real* sum) const {
  const Index L = positions(b), begin = first(b);
  if (L == 0) return;
  real* alpha = weights + place(b, t);
  const real* v = additive() ? score.value().memptr() : nullptr;
  for (Index s = 0; s < L; ++s)
    alpha[s] = v ? kernel.dot(A, v, energy(kernel, b, begin + s, query))
                 : kernel.dot(A, key(begin + s), query);
  kernel.scaled_exp(L, 1, static_cast<real>(kernel.log_sum_exp(L, alpha)), alpha, 0, alpha);
  kernel.few_columns(H, 1, L, values.value().colptr(begin), H, alpha, L, sum, H);
}

void Attention::backward(const kernels::Elementwise& kernel, Index b, Index t, const real* query,
                         const real* d_sum, real* d_query) const {
  const Index L = positions(b), begin = first(b);
  if (L == 0) return;
  const real* alpha = weights + place(b, t);
  real* d = d_scores + place(b, t);
  for (Index s = 0; s < L; ++s) d[s] = kernel.dot(H, values.value().colptr(begin + s), d_sum);
  const real mean = kernel.dot(L, alpha, d);  // softmax: de = α ∘ (dα − αᵀ dα)
  for (Index s = 0; s < L; ++s) d[s] = alpha[s] * (d[s] - mean);
  if (additive())
    backward_through_energies(kernel, b, query, d, d_query);
  else
    kernel.few_columns(A, 1, L, key(begin), A, d, L, d_query, A);
}

// tanh(q + k_s) is made again: that costs less than keeping A numbers a step and position.
void Attention::backward_through_energies(const kernels::Elementwise& kernel, Index b,
                                          const real* query, const real* d_score_of_position,
                                          real* d_query) const {
  const Index begin = first(b);
  const real* v = score.value().memptr();
  for (Index s = 0; s < positions(b); ++s) {
    real* e = energy(kernel, b, begin + s, query);
    kernel.axpby(A, d_score_of_position[s], e, 1, d_score + b * A);
    kernel.tanh_backward(A, e, v, 0, e);  // v ∘ (1 − e²)
    kernel.axpby(A, d_score_of_position[s], e, 1, d_keys + (begin + s) * A);
    kernel.axpby(A, d_score_of_position[s], e, 1, d_query);
  }
}

}  // namespace weft
