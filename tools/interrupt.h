// Ctrl-C as a wish, not an end.
#pragma once

#include <atomic>

namespace weft {

/// From now on SIGINT and SIGTERM set the flag that is returned; a second one ends the program as
/// usual.
const std::atomic<bool>& catch_interrupts();

}  // namespace weft
