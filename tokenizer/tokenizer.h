// Text to ids and back, behind one interface; the whole of it is stored in the model.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/options.h"
#include "tokenizer/normalizer.h"
#include "tokenizer/scrub/scrubber.h"
#include "tokenizer/vocabulary.h"

namespace weft {

enum class TokenizerKind {
  words,          // split at white space, as in the Penn Treebank and WikiText files; keeps <unk>
  unicode_words,  // Unicode word boundaries (UAX 29), punctuation apart
  chars,          // grapheme clusters
  subwords        // SentencePiece, unigram or BPE, with byte fallback
};
enum class SubwordModel { unigram, bpe };

struct TokenizerOptions {
  TokenizerKind kind = TokenizerKind::unicode_words;
  SubwordModel subword_model = SubwordModel::unigram;
  int vocab_size = 0;  // special ids included; 0: no limit (subwords: 8000)
  int min_count = 1;
  NormalizerOptions normalizer;
  /// What is replaced by placeholders; null: nothing. Not an option to visit, as it holds a list.
  std::shared_ptr<const Scrubber> scrubber = nullptr;
  void visit(OptionVisitor& v);
};

/// Normalises, scrubs if it shall, splits and numbers. Immutable, shareable between threads.
///
/// Of a tokenizer that scrubs, every placeholder is one piece, and in the vocabulary; `words` sets
/// it apart from punctuation by spaces.
///
/// Decoding what was encoded gives the normalised text back, as long as every piece was known:
/// `words` joins with single spaces; `unicode_words` marks a piece that stands next to another
/// without a space between them with a joiner on the side of the punctuation (U+FFED, as "￭!" or
/// "(￭"; on the right-hand piece where the sides are alike), so that a word has one id wherever it
/// stands; subwords carry SentencePiece's U+2581. Text that has such a mark itself is escaped.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// `text`: one line or paragraph of valid UTF-8. No <bos> or <eos> is added. An unknown piece is
  /// kUnk.
  std::vector<int> encode(std::string_view text) const;
  /// The same for one line after the other, as a name may stand under "Best regards,".
  std::vector<int> encode(std::string_view text, LinesBefore& before) const;
  /// Special ids other than <unk> are left out. The result is valid UTF-8.
  std::string decode(const std::vector<int>& ids) const;
  /// Of pieces instead of ids, known or not.
  std::string decode_pieces(const std::vector<std::string>& pieces) const { return join(pieces); }
  /// The pieces encode() numbers, unknown ones as they are in the text.
  std::vector<std::string> split(std::string_view text) const;
  std::vector<std::string> split(std::string_view text, LinesBefore& before) const;

  /// What encode() splits: normalised, and scrubbed.
  std::string normalize(std::string_view text) const;
  std::string normalize(std::string_view text, LinesBefore& before) const;
  /// encode() of such text.
  virtual std::vector<int> encode_normalized(std::string_view text) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }
  const TokenizerOptions& options() const { return options_; }

  /// Everything, for the model file; the other way throws FormatError naming `source`.
  std::string serialize() const;
  static std::shared_ptr<const Tokenizer> deserialize(std::string_view bytes,
                                                      const std::string& source);

  /// Calls the function it is given once for every line of the corpus; may be asked to twice.
  using TextSource = std::function<void(const std::function<void(std::string_view line)>&)>;
  /// Learns the vocabulary (and, for subwords, the segmentation) from a corpus. Deterministic.
  /// Throws UserError if the corpus is empty or too small for the vocabulary asked for.
  static std::shared_ptr<const Tokenizer> train(const TokenizerOptions& options,
                                                const TextSource& corpus,
                                                const LogSink& log = no_log);

 protected:
  using PieceVisitor = std::function<void(std::string_view piece)>;

  Tokenizer(const TokenizerOptions& options, Vocabulary vocabulary);
  /// Shows the pieces of normalised text, in order; a view lives as long as the call.
  virtual void visit_pieces(std::string_view text, const PieceVisitor& visit) const = 0;
  virtual std::string join(const std::vector<std::string>& pieces) const = 0;
  /// What the model file keeps beside options and vocabulary.
  virtual std::string serialize_model() const { return {}; }

  bool scrubs() const { return options_.scrubber != nullptr; }

  TokenizerOptions options_;
  Vocabulary vocabulary_;
};

}  // namespace weft
