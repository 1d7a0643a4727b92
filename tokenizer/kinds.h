// The kinds of tokenizer, behind functions: what they are made of (ICU, SentencePiece) stays in
// their own files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace weft {

/// U+FFED marks a side of a piece at which no space stood.
inline constexpr std::string_view kJoiner = "\xEF\xBF\xAD";

/// As Tokenizer::normalize(), for learning one.
std::string normalized(const TokenizerOptions& options, std::string_view text, LinesBefore& before);

std::shared_ptr<Tokenizer> make_word_tokenizer(const TokenizerOptions& options,
                                               Vocabulary vocabulary);
std::shared_ptr<Tokenizer> make_unicode_word_tokenizer(const TokenizerOptions& options,
                                                       Vocabulary vocabulary);
std::shared_ptr<Tokenizer> make_char_tokenizer(const TokenizerOptions& options,
                                               Vocabulary vocabulary);

/// `model`: a serialised SentencePiece model whose pieces are those of `vocabulary`, id for id.
/// Throws FormatError naming `source` if it is not.
std::shared_ptr<Tokenizer> make_subword_tokenizer(const TokenizerOptions& options,
                                                  Vocabulary vocabulary, const std::string& model,
                                                  const std::string& source);
/// Learns the segmentation, then counts the pieces in a second pass over the corpus.
std::shared_ptr<Tokenizer> train_subword_tokenizer(const TokenizerOptions& options,
                                                   const Tokenizer::TextSource& corpus,
                                                   const LogSink& log);

}  // namespace weft
