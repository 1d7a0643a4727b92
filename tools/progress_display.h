// The progress of a training on stderr: a bar on a terminal, else plain lines.
#pragma once

#include <string>

#include "train/progress_observer.h"

namespace weft {

class ProgressDisplay {
 public:
  ProgressDisplay();
  /// Seconds between two reports: a bar moves more often than lines are written.
  double interval(double seconds_between_lines) const;
  void show(const Progress& progress);
  /// The bar alone; nothing where there is no terminal.
  void show_bar(const Progress& progress);
  /// A line of its own; the bar, if there is one, moves down.
  void say(const std::string& line);
  /// Wipes the bar.
  void end();

 private:
  bool terminal_;
  bool drawn_ = false;
};

}  // namespace weft
