// Completion while somebody types.
//
//   CompletionModel shared(*model);               // one for all
//   Completer completer(shared, options, random); // one for each text that is being written
//   completer.type("Thank you for y");
//   const auto found = completer.suggest();       // "our help."
//   completer.accept(found.front());
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/nets/completion_search.h"

namespace weft {

/// A text and what the model has read of it: a keystroke, also one that takes back, costs what is
/// new. Completers of one model may be used in different threads, a single one in one.
class Completer {
 public:
  /// `model` and `random` (for sampling alone) must outlive it.
  Completer(const CompletionModel& model, const CompletionOptions& options, RandomStream& random);

  /// A new text. `context`: what comes before it, a subject or the mail that is answered; it is
  /// read now, so that the first keystroke need not wait for it.
  void begin(std::string_view context = {});
  /// At the end of the text; \n ends a line. Bytes that are not UTF-8 are read as U+FFFD, and half
  /// a character at the end is waited for.
  void type(std::string_view more) { text_ += more; }
  /// Takes back what a person calls a character (UAX 29), so many times.
  void erase(std::size_t characters = 1);
  /// What may follow the text, best first.
  std::vector<Continuation> suggest();
  void accept(const Continuation& continuation) { type(continuation.text); }
  const std::string& text() const { return text_; }

 private:
  /// Encodes what stands before the last line, if that has changed.
  void read_earlier(const std::string& lines);
  /// The node after the last ones of `all` tokens; reads what of them was not read before.
  std::shared_ptr<ReadingNode> read(const std::vector<int>& all);
  /// Drops nodes that are dear to keep and easily made again.
  void forget();

  const CompletionModel& model_;
  CompletionOptions options_;
  RandomStream& random_;
  std::string context_, text_;
  std::string earlier_;
  std::vector<int> earlier_ids_;
  LinesBefore lines_before_;  // as those leave it
  std::vector<int> ids_;      // what was read, after the start
  /// Node n has read ids_[0, n); of those far back only some are kept.
  std::vector<std::shared_ptr<ReadingNode>> path_;
  std::size_t made_ = 0;  // nodes since the last that were dropped
};

}  // namespace weft
