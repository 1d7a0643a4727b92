// Learning a SentencePiece model within this process.
#pragma once

#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace weft {

/// U+2581, which stands for a space in SentencePiece's pieces.
inline constexpr std::string_view kSubwordMark = "\xE2\x96\x81";
std::string escape_subword_mark(std::string_view text);

/// The serialised model. Its pieces begin with the special ones, under our ids. Of a corpus larger
/// than 64 MiB it learns from a fixed random sample of about that size.
/// Throws UserError if the corpus is empty or has too many characters for the vocabulary.
std::string train_subword_model(const TokenizerOptions& options,
                                const Tokenizer::TextSource& corpus, const LogSink& log);

}  // namespace weft
