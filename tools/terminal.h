// A terminal key by key: raw input, and one row that is drawn anew with as few bytes as possible.
#pragma once

#include <termios.h>

#include <string>
#include <vector>

namespace weft {

/// What was pressed. `text`: a character of one or more code points.
struct Key {
  enum class Kind {
    text,
    enter,
    tab,
    backspace,
    remove,  // the character behind the cursor
    left,
    right,
    word_right,
    up,
    down,
    home,
    end,
    erase_line,
    erase_word,
    escape,
    interrupt,    // Ctrl-C
    end_of_file,  // Ctrl-D, or the terminal is gone
    resized,      // no key: the window has another width
    other
  };
  Kind kind = Kind::other;
  std::string text;
};

/// Standard input as keys while the object lives; afterwards, also after a signal that ends the
/// program, the terminal is as before.
class RawTerminal {
 public:
  /// Throws UserError if standard input is no terminal.
  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  /// Waits for it.
  Key next();
  /// Whether there is more to read already, or soon; a line feed that belongs to the return before
  /// is not.
  bool is_pending(int patience = 0);

 private:
  int read_byte(int patience);
  bool is_resized();
  Key escape_sequence();

  int unread_ = -1;            // a byte that did not belong to the key before, or none
  bool after_return_ = false;  // a line feed belongs to it
  int columns_;
};

/// A part of a row: what stands in one or two columns, and whether it is a suggestion.
struct Cell {
  std::string text;
  int width = 1;
  bool ghost = false;
  bool operator==(const Cell&) const = default;
};
/// One for each grapheme cluster.
std::vector<Cell> cells(const std::string& text, bool ghost);

/// The row that the cursor is in.
class TerminalRow {
 public:
  explicit TerminalRow(int output) : output_(output) {}
  /// What does not fit is left out, so that `cursor` (cells before it) is there to see.
  void draw(std::vector<Cell> row, std::size_t cursor);
  /// Clears it, as a window of another width may have broken it into several.
  void clear();
  /// Goes on in the next row.
  void leave();

 private:
  void write(const std::string& text) const;

  int output_;
  std::vector<Cell> drawn_;
  int cursor_column_ = 0;
};

}  // namespace weft
