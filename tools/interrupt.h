// Ctrl-C as a wish, not an end.
#pragma once

#include <atomic>

namespace weft {

/// To be called once, before there is any other thread.
void keep_interrupts_off_computing_threads();

/// From now on SIGINT and SIGTERM set the flag that is returned; a second one ends the program as
/// usual.
const std::atomic<bool>& catch_interrupts();

}  // namespace weft
