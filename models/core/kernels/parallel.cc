#include "models/core/kernels/parallel.h"

#include <omp.h>

#include <stdexcept>

// OpenBLAS has no header of its own on every system.
extern "C" void openblas_set_num_threads(int count);

namespace weft::kernels {

void set_threads(int count) {
  if (count < 0) throw std::invalid_argument("The number of threads is negative.");
  // omp_get_num_procs counts the processors in the affinity mask of this thread.
  omp_set_num_threads(count == 0 ? omp_get_num_procs() : count);
  openblas_set_num_threads(1);
}

int threads() { return omp_get_max_threads(); }

}  // namespace weft::kernels
