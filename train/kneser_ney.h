// Counting the n-grams of a text, and smoothing the counts.
#pragma once

#include <memory>

#include "corpora/token_stream.h"
#include "models/nets/ngram_model.h"

namespace weft {

/// Interpolated modified Kneser-Ney with three discounts an order (Chen & Goodman 1998, 4.1): the
/// highest order, and n-grams that begin a line, are counted as they are; of the others it is
/// counted how many different tokens they follow. N-grams end at a line's end. Throws UserError if
/// an order has more n-grams than the model can hold.
std::unique_ptr<NgramModel> fit_ngram_model(const NgramModelOptions& options,
                                            std::shared_ptr<const Tokenizer> tokenizer,
                                            const TokenStream& text);

}  // namespace weft
