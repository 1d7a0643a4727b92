// weft train: one task a file, train_<task>.cc.
#include <algorithm>
#include <iostream>
#include <string>

#include "base/error.h"
#include "tools/commands.h"

namespace weft {
namespace {

constexpr TrainingCommand kTasks[] = {
    {"classifier", "label a text, or a row of numbers", train_classifier},
    {"lm", "a language model: what comes next", train_lm},
    {"translator", "a line in, another out: translations, headlines, replies", train_translator},
    {"autoencoder", "short codes of images, rows of numbers, texts", train_autoencoder},
};

}  // namespace

const TrainingCommand& training_command(const std::string& command, const std::string& name) {
  const auto task = std::find_if(std::begin(kTasks), std::end(kTasks),
                                 [&](const TrainingCommand& each) { return name == each.name; });
  if (task != std::end(kTasks)) return *task;
  throw UserError((name.empty() ? "weft " + command + " needs a task"
                                : "weft " + command + " knows no task '" + name + "'") +
                  "; see weft " + command + " --help");
}

void print_training_commands(std::ostream& out) {
  for (const TrainingCommand& each : kTasks) {
    std::string padded = each.name;
    padded.resize(13, ' ');
    out << "  " << padded << each.summary << "\n";
  }
}

void train_command(const Arguments& arguments) {
  const std::string name = arguments.empty() ? "" : arguments.front();
  if (name != "--help")
    return training_command("train", name).train({arguments.begin() + 1, arguments.end()}, nullptr);
  std::cout << "weft train TASK --train FILE [--valid FILE] --model OUT\n\n";
  print_training_commands(std::cout);
  std::cout << "\nweft train TASK --help tells the options of a task.\n";
}

}  // namespace weft
