#include "tools/interactive_completion.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "tokenizer/unicode_text.h"
#include "tools/output.h"
#include "tools/terminal.h"

namespace weft {
namespace {

/// The line, the cursor in it, and what is suggested at its end.
class SuggestingEditor {
 public:
  explicit SuggestingEditor(Completer& completer) : completer_(completer) {}

  const std::string& text() const { return text_; }
  void clear() {
    text_.clear();
    cursor_ = 0;
    hidden_ = false;
    stale_ = true;
  }

  /// Asks for suggestions, which are for the end of the line alone, if those there are for another
  /// text.
  void suggest(const std::string& context) {
    if (!std::exchange(stale_, false)) return;
    suggestions_.clear();
    chosen_ = 0;
    if (hidden_ || cursor_ != text_.size()) return;
    completer_.begin(context);
    completer_.type(text_);
    suggestions_ = completer_.suggest();
  }

  void press(const Key& key) {
    hidden_ = key.kind == Key::Kind::escape;
    switch (key.kind) {
      case Key::Kind::text:
        insert(key.text);
        break;
      case Key::Kind::tab:
        insert(suggestion());
        break;
      case Key::Kind::word_right:
        insert(next_word());
        break;
      case Key::Kind::right:
        if (cursor_ == text_.size())
          insert(next_word());
        else
          cursor_ = behind(cursor_);
        break;
      case Key::Kind::left:
        cursor_ = before(cursor_);
        break;
      case Key::Kind::home:
        cursor_ = 0;
        break;
      case Key::Kind::end:
        cursor_ = text_.size();
        break;
      case Key::Kind::backspace:
        erase(before(cursor_), cursor_);
        break;
      case Key::Kind::remove:
        erase(cursor_, behind(cursor_));
        break;
      case Key::Kind::erase_line:
        erase(0, cursor_);
        break;
      case Key::Kind::erase_word:
        erase(start_of_word(), cursor_);
        break;
      default:
        break;
    }
    suggestions_.clear();
    stale_ = true;
  }

  /// Another suggestion, if there is one to choose.
  void choose(int step) {
    const auto count = static_cast<int>(suggestions_.size());
    if (count > 1)
      chosen_ = static_cast<std::size_t>((static_cast<int>(chosen_) + step + count) % count);
  }

  void draw(TerminalRow& row) const {
    std::vector<Cell> all = cells(text_, false);
    const std::size_t cursor = cells(text_.substr(0, cursor_), false).size();
    for (Cell& cell : cells(one_line(suggestion()), true)) all.push_back(std::move(cell));
    row.draw(std::move(all), cursor);
  }

 private:
  std::string suggestion() const { return suggestions_.empty() ? "" : suggestions_[chosen_].text; }
  std::string next_word() const {
    const std::string all = suggestion();
    const std::size_t word = all.find_first_not_of(' ');
    return word == std::string::npos ? "" : all.substr(0, all.find(' ', word));
  }
  void insert(const std::string& more) {
    text_.insert(cursor_, more);
    cursor_ += more.size();
  }
  void erase(std::size_t begin, std::size_t end) {
    text_.erase(begin, end - begin);
    cursor_ = begin;
  }
  std::size_t before(std::size_t place) const {
    return start_of_last_characters(std::string_view(text_).substr(0, place), 1);
  }
  std::size_t behind(std::size_t place) const {
    for (std::size_t end = place + 1; end <= text_.size(); ++end)
      if (before(end) == place && (end == text_.size() || before(end + 1) == end)) return end;
    return text_.size();
  }
  std::size_t start_of_word() const {
    std::size_t begin = cursor_;
    while (begin > 0 && text_[begin - 1] == ' ') --begin;
    while (begin > 0 && text_[begin - 1] != ' ') --begin;
    return begin;
  }

  Completer& completer_;
  std::string text_;
  std::size_t cursor_ = 0, chosen_ = 0;
  bool hidden_ = false, stale_ = true;
  std::vector<Continuation> suggestions_;
};

}  // namespace

void complete_interactively(Completer& completer, std::string context) {
  RawTerminal terminal;
  const bool shows_itself = isatty(STDOUT_FILENO);
  TerminalRow row(shows_itself ? STDOUT_FILENO : STDERR_FILENO);
  SuggestingEditor editor(completer);
  editor.suggest(context);
  editor.draw(row);
  for (;;) {
    const Key key = terminal.next();
    const bool over = key.kind == Key::Kind::interrupt || key.kind == Key::Kind::end_of_file;
    if (key.kind == Key::Kind::resized) {
      row.clear();
    } else if (over || key.kind == Key::Kind::enter) {
      editor.press({Key::Kind::escape, ""});
      editor.suggest(context);
      editor.draw(row);
      row.leave();
      if (over) return;
      if (!shows_itself) {
        std::cout << editor.text() << '\n';
        flush_output();
      }
      context += editor.text() + '\n';
      editor.clear();
    } else if (key.kind == Key::Kind::up || key.kind == Key::Kind::down) {
      editor.choose(key.kind == Key::Kind::down ? 1 : -1);
    } else {
      editor.press(key);
    }
    // Who types faster than the line is, waits for nothing.
    if (terminal.is_pending()) continue;
    editor.suggest(context);
    editor.draw(row);
  }
}

}  // namespace weft
