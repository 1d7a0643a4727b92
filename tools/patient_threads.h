// Threads that sleep when they wait, instead of spinning.
#pragma once

namespace weft {

/// Between two parallel pieces of work the threads of libgomp spin for many milliseconds by
/// default. Where other programs run too, that time is taken from the very thread they wait for,
/// and small models train a hundred times slower. So they shall spin for some microseconds only and
/// then sleep, unless GOMP_SPINCOUNT or OMP_WAIT_POLICY say otherwise. And OpenBLAS, which weft
/// holds to one thread, shall not make others that spin at the start. May start the program anew:
/// to be called first of all.
void wait_patiently(char** argv);

}  // namespace weft
