// Continuations of a prefix, best first: greedy, beam search, sampling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/options.h"
#include "base/random.h"
#include "models/nets/confidence.h"
#include "models/nets/next_token_model.h"
#include "tokenizer/block_list.h"
#include "tokenizer/surface.h"

namespace weft {

enum class SearchKind { greedy, beam, sample };

struct CompletionOptions {
  SearchKind search = SearchKind::beam;
  int count = 1;       // continuations wanted, all different
  int max_tokens = 0;  // after those that finish the word being typed; 0: 10, of whole lines 30
  int lines = 1;       // lines that a continuation may run over
  int beam = 8;        // at least count, without min_confidence
  /// Continuations to the end of the line alone, by their probability: whole queries.
  bool whole_line = false;
  /// What is less likely to be what somebody goes on to write, in words that are complete, is cut
  /// off, or not suggested at all. 0: everything is suggested, to the end of the sentence.
  double min_confidence = 0;
  double length_alpha = 0.6;  // length normalisation ((5 + length) / 6)^α of Wu et al. 2016
  double temperature = 1;     // sampling
  int top_k = 0;              // sampling among the k best; 0: all
  double top_p = 1;           // nucleus sampling (Holtzman et al. 2020)
  void visit(OptionVisitor& v);
};

struct Continuation {
  std::string text;  // what follows the prefix: the rest of a half-typed word first; \n ends a line
  /// Places in the text where a word is over, and the probability that it follows up to there.
  struct WordEnd {
    std::size_t length = 0;  // bytes
    double confidence = 0;
  };
  std::vector<WordEnd> word_ends;  // with CompletionOptions::min_confidence alone
  /// Log-probability: normalised by length in a beam search, of what is shown of it with
  /// CompletionOptions::min_confidence. What has the highest score comes first.
  double score = 0;
  /// Probability that this is what follows, given what was typed; as the model was calibrated, if
  /// it was.
  double confidence = 0;
  bool ended = false;  // the model ended the last line here
};

/// What completing needs besides the model, which must outlive it. Immutable: threads share it.
class CompletionModel {
 public:
  explicit CompletionModel(const NextTokenModel& model, Calibration calibration = {},
                           BlockList blocked = BlockList());

  const NextTokenModel& model() const { return model_; }
  const Tokenizer& tokenizer() const { return *model_.tokenizer(); }
  const Calibration& calibration() const { return calibration_; }
  const BlockList& blocked() const { return blocked_; }
  const Surface& surface(int id) const { return surfaces_[static_cast<std::size_t>(id)]; }

  /// Tokens that are never suggested: special ones except <eos>, and what stands for something that
  /// was scrubbed from the training text.
  const std::vector<bool>& left_out() const { return left_out_; }
  /// Those, and what begins a word or ends the line.
  const std::vector<bool>& not_inside_word() const { return not_inside_word_; }
  /// Tokens by their text in running text, sorted by its bytes.
  using TextIndex = std::vector<std::pair<std::string, int>>;
  /// Tokens that may be suggested and agree with typed characters.
  struct Agreeing {
    std::vector<int> part;                 // are the beginning of what was typed
    TextIndex::const_iterator begin, end;  // begin with it
    bool empty() const { return part.empty() && begin == end; }
  };
  /// `typed` is not empty. `glued`: no space is put before a word.
  Agreeing agreeing(std::string_view typed, bool glued) const;
  /// log P(the word is over), by what a reading says comes next.
  double word_over(const Matrix& next) const;

 private:
  const NextTokenModel& model_;
  Calibration calibration_;
  BlockList blocked_;
  std::vector<Surface> surfaces_;
  std::vector<bool> left_out_, not_inside_word_;
  std::vector<arma::uword> word_ends_;
  TextIndex spaced_, glued_;
};

/// What a surface adds to running text.
std::string appended(const Surface& surface, bool glued);

/// `prefix`: valid UTF-8; lines before the last one end in \n. A prefix that ends inside a word is
/// completed too: the last, possibly unfinished word is given back to the search, which is held to
/// the typed characters. A word that the search finds no tokens for is taken as it is.
/// `random` serves sampling alone.
std::vector<Continuation> complete(const CompletionModel& model, const std::string& prefix,
                                   const CompletionOptions& options, RandomStream& random);

}  // namespace weft
