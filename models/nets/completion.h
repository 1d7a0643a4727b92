// Continuations of a prefix, best first: greedy, beam search, sampling.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/random.h"
#include "models/nets/next_token_model.h"
#include "tokenizer/surface.h"

namespace weft {

enum class SearchKind { greedy, beam, sample };

struct CompletionOptions {
  SearchKind search = SearchKind::beam;
  int count = 1;              // continuations wanted, all different
  int max_tokens = 10;        // tokens after those that finish the word being typed
  int lines = 1;              // lines that a continuation may run over
  int beam = 8;               // at least count
  double length_alpha = 0.6;  // length normalisation ((5 + length) / 6)^α of Wu et al. 2016
  double temperature = 1;     // sampling
  int top_k = 0;              // sampling among the k best; 0: all
  double top_p = 1;           // nucleus sampling (Holtzman et al. 2020)
  void visit(OptionVisitor& v);
};

struct Continuation {
  std::string text;  // what follows the prefix: the rest of a half-typed word first; \n ends a line
  double score = 0;  // log-probability, normalised by length in a beam search
  bool ended = false;  // the model ended the last line here
};

/// Completes prefixes with one model, which must outlive it. Const use is thread-safe.
class Completer {
 public:
  explicit Completer(const NextTokenModel& model);

  /// `prefix`: valid UTF-8; lines before the last one end in \n. A prefix that ends inside a word
  /// is completed too: the last, possibly unfinished word is given back to the search, which is
  /// held to the typed characters. A word that nothing in the vocabulary begins like is taken as it
  /// is. `random` serves sampling alone.
  std::vector<Continuation> complete(const std::string& prefix, const CompletionOptions& options,
                                     RandomStream& random) const;

 private:
  const NextTokenModel& model_;
  std::vector<Surface> surfaces_;
};

}  // namespace weft
