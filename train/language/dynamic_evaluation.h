// A language model that goes on learning from what it is measured on: dynamic evaluation (Mikolov
// et al. 2010; Krause, Kahembwe, Murray & Renals 2018).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/options.h"
#include "corpora/token_stream.h"
#include "models/nets/language_model.h"

namespace weft {

struct DynamicEvaluationOptions {
  double rate = 0;       // learning rate, 0: off
  double decay = 0.001;  // back to the weights of the file, a step
  int steps = 5;         // tokens between two steps
  double clip = 1;       // norm of a gradient
  void visit(OptionVisitor& v);
};

/// As evaluate_with_cache() without a cache: after every `steps` tokens, which have been predicted
/// by then, θ ← θ − η ∇L + λ (θ₀ − θ), on a copy of the model. The model itself is left alone.
/// Throws UserError if it is quantized, or has a sampled output.
nlohmann::json evaluate_dynamically(const LanguageModel& model, const TokenStream& data,
                                    const DynamicEvaluationOptions& options);

}  // namespace weft
