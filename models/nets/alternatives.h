// Which of the continuations that a search has found somebody is shown.
#pragma once

#include <vector>

#include "models/nets/completion.h"

namespace weft {

/// The best `options.count`, by their score. Left out is what says the same as a better one, but
/// for case and the marks at its end, and with CompletionOptions::min_confidence what others begin
/// with.
std::vector<Continuation> alternatives(std::vector<Continuation> found,
                                       const CompletionOptions& options);

}  // namespace weft
