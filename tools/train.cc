// weft train: one task a file, train_<task>.cc.
#include <algorithm>
#include <iostream>
#include <string>

#include "base/error.h"
#include "tools/commands.h"

namespace weft {
namespace {

struct Task {
  const char* name;
  const char* summary;
  void (*train)(const Arguments& arguments);
};

constexpr Task kTasks[] = {
    {"classifier", "label a text, or a row of numbers", train_classifier},
    {"lm", "a language model: what comes next", train_lm},
    {"autoencoder", "short codes of images, rows of numbers, texts", train_autoencoder},
};

}  // namespace

void train_command(const Arguments& arguments) {
  const std::string name = arguments.empty() ? "" : arguments.front();
  const auto task = std::find_if(std::begin(kTasks), std::end(kTasks),
                                 [&](const Task& each) { return name == each.name; });
  if (task != std::end(kTasks)) return task->train({arguments.begin() + 1, arguments.end()});
  if (name != "--help") {
    throw UserError(
        (name.empty() ? "weft train needs a task" : "weft train knows no task '" + name + "'") +
        std::string("; see weft train --help"));
  }
  std::cout << "weft train TASK --train FILE [--valid FILE] --model OUT\n\n";
  for (const Task& each : kTasks) {
    std::string padded = each.name;
    padded.resize(13, ' ');
    std::cout << "  " << padded << each.summary << "\n";
  }
  std::cout << "\nweft train TASK --help tells the options of a task.\n";
}

}  // namespace weft
