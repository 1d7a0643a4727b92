#include "tools/progress_display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "tools/output.h"

namespace weft {
namespace {

/// Columns of the terminal; 80 if it does not say.
std::size_t terminal_width() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string bar(double share, std::size_t width) {
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * double(width) + 0.5);
  return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "]";
}

/// "[####......] 42 %  epoch 2/10  loss 4.873  9210/s  3 min 5 s left"
std::string bar_line(const Progress& progress) {
  std::string line = bar(progress.share, 24) + " " +
                     std::to_string(std::lround(100 * progress.share)) + " %  epoch " +
                     std::to_string(progress.epoch) + "/" + std::to_string(progress.epochs) +
                     "  loss " + short_number(progress.loss) + "  " +
                     with_commas(static_cast<std::uint64_t>(progress.targets_per_second)) + "/s";
  if (progress.seconds_left >= 0) line += "  " + readable_duration(progress.seconds_left) + " left";
  return line;
}

constexpr const char* kWipe = "\r\x1b[K";

}  // namespace

ProgressDisplay::ProgressDisplay() : terminal_(isatty(STDERR_FILENO) != 0) {}

double ProgressDisplay::interval(double seconds_between_lines) const {
  return terminal_ ? std::min(0.5, seconds_between_lines) : seconds_between_lines;
}

void ProgressDisplay::show(const Progress& progress) {
  if (!terminal_) {
    weft::say(progress_text(progress));
  } else {
    show_bar(progress);
  }
}

void ProgressDisplay::show_bar(const Progress& progress) {
  if (!terminal_) return;
  // A line as wide as the terminal would wrap and could not be wiped.
  std::cerr << kWipe << bar_line(progress).substr(0, terminal_width() - 1) << std::flush;
  drawn_ = true;
}

void ProgressDisplay::say(const std::string& line) {
  end();
  weft::say(line);
}

void ProgressDisplay::end() {
  if (drawn_) std::cerr << kWipe << std::flush;
  drawn_ = false;
}

}  // namespace weft
