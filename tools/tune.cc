// weft tune: hyper-parameters, searched by training.
#include <iostream>
#include <string>

#include "tools/commands.h"
#include "tools/option_visitors.h"
#include "tools/output.h"
#include "tools/tuning.h"

namespace weft {
namespace {

void print_help() {
  std::cout << "weft tune TASK --search NAME=VALUES --train FILE --valid FILE --model OUT\n\n"
               "Trains again and again with other options, and keeps the best model.\n\n";
  print_training_commands(std::cout);
  std::cout << "\nweft tune TASK --help tells the options of the search; those of the trainings "
               "are the ones\nof weft train TASK.\n";
}

}  // namespace

void tune_command(const Arguments& arguments) {
  const std::string name = arguments.empty() ? "" : arguments.front();
  if (name == "--help") return print_help();
  const TrainingCommand& task = training_command("tune", name);
  TuneOptions options;
  SearchOptions search;
  ThreadOptions threads;
  const std::string train = "weft train " + name;
  OptionParser parser(
      "tune " + name, "--search NAME=VALUES --train FILE --valid FILE --model OUT",
      "Trains again and again with other values of the options in --search, and keeps\n"
      "the best model. Every option of " +
          train + " can be given, or searched;\n" + train + " --help tells them.");
  parser.group("Searching", search);
  parser.group("Search and files", options);
  parser.group("Computing", threads);
  parser.repeatable("search");
  parser.pass_on();
  if (!parser.parse({arguments.begin() + 1, arguments.end()})) return;
  require_option(options.model, "model", "name the file to write the best model to");
  search.seed = static_cast<std::uint64_t>(options.seed);

  Arguments rest = parser.rest();
  if (parser.given("config")) rest.push_back("--config=" + parser.given_value("config"));
  rest.push_back("--threads=" + std::to_string(threads.threads));
  OptionNames own;
  own.names.insert({"config", "help"});
  options.visit(own);
  search.visit(own);
  threads.visit(own);
  Tuning tuning(task, std::move(options), search, std::move(rest), std::move(own.names));
  tuning.check();
  tuning.resume();
  tuning.run();
}

}  // namespace weft
