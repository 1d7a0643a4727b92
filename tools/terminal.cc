#include "tools/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <utility>

#include "base/error.h"
#include "tokenizer/encoding.h"
#include "tokenizer/unicode_text.h"

namespace weft {
namespace {

/// Bytes of one key may come apart on a slow line.
constexpr int kPatience = 200;  // milliseconds
constexpr int kForever = -1;
/// How often a terminal at which nobody types is asked for its width: a signal would interrupt
/// threads that compute (tools/interrupt.h).
constexpr int kBetweenLooks = 250;  // milliseconds

termios before;

void restore_and_die(int signal) {
  tcsetattr(STDIN_FILENO, TCSANOW, &before);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

int window_columns(int terminal) {
  winsize size{};
  return ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::size_t bytes_of_character(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/// Of those that a terminal acts upon, those of two bytes: U+0080 to U+009F.
bool is_control(std::string_view character) {
  return character.size() == 2 && character[0] == '\xC2' && character[1] < '\xA0';
}

Key::Kind control_key(int byte) {
  static const std::map<int, Key::Kind> keys = {
      {'\r', Key::Kind::enter},     {'\n', Key::Kind::enter},       {'\t', Key::Kind::tab},
      {0x7F, Key::Kind::backspace}, {0x08, Key::Kind::backspace},   {0x01, Key::Kind::home},
      {0x05, Key::Kind::end},       {0x15, Key::Kind::erase_line},  {0x17, Key::Kind::erase_word},
      {0x03, Key::Kind::interrupt}, {0x04, Key::Kind::end_of_file}, {0x02, Key::Kind::left},
      {0x06, Key::Kind::right},     {0x10, Key::Kind::up},          {0x0E, Key::Kind::down}};
  const auto found = keys.find(byte);
  return found == keys.end() ? Key::Kind::other : found->second;
}

/// Of what follows ESC [ or ESC O.
Key::Kind escaped_key(const std::string& sequence) {
  static const std::map<std::string, Key::Kind> keys = {
      {"A", Key::Kind::up},         {"B", Key::Kind::down},    {"C", Key::Kind::right},
      {"D", Key::Kind::left},       {"H", Key::Kind::home},    {"F", Key::Kind::end},
      {"1~", Key::Kind::home},      {"4~", Key::Kind::end},    {"7~", Key::Kind::home},
      {"8~", Key::Kind::end},       {"3~", Key::Kind::remove}, {"1;5C", Key::Kind::word_right},
      {"5C", Key::Kind::word_right}};
  const auto found = keys.find(sequence);
  return found == keys.end() ? Key::Kind::other : found->second;
}

}  // namespace

RawTerminal::RawTerminal() : columns_(window_columns(STDIN_FILENO)) {
  if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
    throw UserError("--interactive reads what is typed at a terminal; leave it out in a pipe");
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL | INLCR | ISTRIP);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGQUIT}) std::signal(signal, restore_and_die);
}

RawTerminal::~RawTerminal() {
  tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
  for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGQUIT}) std::signal(signal, SIG_DFL);
}

int RawTerminal::read_byte(int patience) {
  if (unread_ >= 0) return std::exchange(unread_, -1);
  pollfd waiting{STDIN_FILENO, POLLIN, 0};
  unsigned char byte = 0;
  if (poll(&waiting, 1, patience) <= 0 || read(STDIN_FILENO, &byte, 1) != 1) return -1;
  return byte;
}

bool RawTerminal::is_pending(int patience) {
  pollfd waiting{STDIN_FILENO, POLLIN, 0};
  if (unread_ < 0 && poll(&waiting, 1, patience) <= 0) return false;
  if (!std::exchange(after_return_, false)) return true;
  const int byte = read_byte(0);
  if (byte == '\n') return is_pending(0);
  unread_ = byte;
  return true;
}

Key RawTerminal::escape_sequence() {
  const int kind = read_byte(kPatience);
  if (kind < 0) return {Key::Kind::escape, ""};
  if (kind != '[' && kind != 'O') return {};
  std::string sequence;
  for (int byte; sequence.size() < 16 && (byte = read_byte(kPatience)) >= 0;) {
    sequence += static_cast<char>(byte);
    if (byte >= 0x40) break;
  }
  return {escaped_key(sequence), ""};
}

bool RawTerminal::is_resized() {
  const int columns = window_columns(STDIN_FILENO);
  return std::exchange(columns_, columns) != columns;
}

Key RawTerminal::next() {
  do {
    if (is_resized()) return {Key::Kind::resized, ""};
  } while (!is_pending(kBetweenLooks));
  const int byte = read_byte(kForever);
  after_return_ = byte == '\r';
  if (byte < 0) return {Key::Kind::end_of_file, ""};
  if (byte == 0x1B) return escape_sequence();
  if (byte < 0x20 || byte == 0x7F) return {control_key(byte), ""};
  Key key{Key::Kind::text, std::string(1, static_cast<char>(byte))};
  while (key.text.size() < bytes_of_character(static_cast<unsigned char>(byte))) {
    const int more = read_byte(kPatience);
    const bool continues = more >= 0x80 && more < 0xC0;
    if (!continues) {
      unread_ = more;
      break;
    }
    key.text += static_cast<char>(more);
  }
  key.text = repair_utf8(key.text);
  return is_control(key.text) ? Key{} : key;
}

std::vector<Cell> cells(const std::string& text, bool ghost) {
  std::vector<Cell> result;
  const std::vector<std::size_t> starts = character_starts(text);
  for (std::size_t n = 0; n < starts.size(); ++n) {
    const std::size_t end = n + 1 < starts.size() ? starts[n + 1] : text.size();
    const std::string character = text.substr(starts[n], end - starts[n]);
    result.push_back({character, terminal_columns(character), ghost});
  }
  return result;
}

void TerminalRow::write(const std::string& text) const {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(output_, text.data() + done, text.size() - done);
    if (count <= 0) return;
    done += static_cast<std::size_t>(count);
  }
}

void TerminalRow::draw(std::vector<Cell> row, std::size_t cursor) {
  const int room = std::max(2, window_columns(output_) - 1);
  const auto width = [](auto begin, auto end) {
    int sum = 0;
    for (; begin != end; ++begin) sum += begin->width;
    return sum;
  };
  const auto at = [&](std::size_t n) { return row.begin() + static_cast<std::ptrdiff_t>(n); };
  // A third of the row stays free behind the cursor, for what does not fit otherwise.
  std::size_t first = 0;
  if (width(row.begin(), row.end()) > room)
    while (first < cursor && width(at(first), at(cursor)) > room * 2 / 3) ++first;
  row.erase(row.begin(), at(first));
  cursor -= first;
  while (width(row.begin(), row.end()) > room) row.pop_back();

  const auto same = static_cast<std::size_t>(
      std::mismatch(row.begin(), row.end(), drawn_.begin(), drawn_.end()).first - row.begin());
  const int cursor_column = width(row.begin(), at(cursor));
  std::string out;
  const auto go_to = [&out](int column) {
    out += "\r" + (column > 0 ? "\x1B[" + std::to_string(column) + "C" : std::string());
  };
  if (same < row.size() || same < drawn_.size()) {
    const int begin = width(row.begin(), at(same));
    if (begin != cursor_column_) go_to(begin);
    bool ghost = false;
    for (auto cell = at(same); cell != row.end(); ++cell) {
      if (cell->ghost != ghost) out += cell->ghost ? "\x1B[90m" : "\x1B[0m";
      ghost = cell->ghost;
      out += cell->text;
    }
    if (ghost) out += "\x1B[0m";
    if (same < drawn_.size()) out += "\x1B[K";
    cursor_column_ = width(row.begin(), row.end());
  }
  if (cursor_column != cursor_column_) go_to(cursor_column);
  cursor_column_ = cursor_column;
  drawn_ = std::move(row);
  write(out);
}

void TerminalRow::clear() {
  write("\r\x1B[J");
  drawn_.clear();
  cursor_column_ = 0;
}

void TerminalRow::leave() {
  write("\r\n");
  drawn_.clear();
  cursor_column_ = 0;
}

}  // namespace weft
