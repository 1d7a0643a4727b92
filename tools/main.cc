// The `weft` program: a table of commands and the one place where errors become exit codes.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <new>
#include <string>

#include "base/error.h"
#include "tools/commands.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/patient_threads.h"

namespace weft {
namespace {

struct Command {
  const char* name;
  const char* summary;
  void (*run)(const Arguments& arguments);
};

constexpr Command kCommands[] = {
    {"train", "learn a model from text: weft train classifier, lm, translator, autoencoder",
     train_command},
    {"tune", "try options of train and keep the best model: weft tune classifier", tune_command},
    {"test", "measure a model on held-out data", test_command},
    {"classify", "lines in, labels with their probabilities out", classify_command},
    {"encode", "lines in, the codes of an autoencoder out", encode_command},
    {"complete", "beginnings of lines in, continuations out", complete_command},
    {"calibrate", "learn how often a language model's suggestions are right", calibrate_command},
    {"adapt", "learn somebody's own text beside a language model", adapt_command},
    {"audit", "how much a language model gives away of secrets in its training text",
     audit_command},
    {"translate", "lines in, their translations out", translate_command},
    {"tokenize", "what a model sees of a text, and back", tokenize_command},
    {"quantize", "the same model with weights of eight bits: smaller and quicker",
     quantize_command},
    {"info", "what a model file holds; --verify runs its self-test", info_command},
    {"corpora", "the samples that are part of the program", corpora_command},
    {"demo", "train on the samples, answer, and write a page to look at", demo_command},
};

void print_help() {
  std::cout << "weft trains small sequence models of text and answers from them.\n\n"
               "  weft COMMAND [arguments] [--options]\n\n";
  for (const Command& command : kCommands) {
    std::string name = command.name;
    name.resize(11, ' ');
    std::cout << "  " << name << command.summary << "\n";
  }
  std::cout
      << "\nweft COMMAND --help tells the options of a command; weft --version the version.\n";
}

void run(const Arguments& arguments) {
  if (arguments.empty()) throw UserError("no command given; see weft --help");
  const std::string& name = arguments.front();
  if (name == "--version") {
    std::cout << "weft " WEFT_VERSION "\n";
  } else if (name == "--help" || name == "-h" || name == "help") {
    print_help();
  } else {
    const auto command = std::find_if(std::begin(kCommands), std::end(kCommands),
                                      [&](const Command& each) { return name == each.name; });
    if (command == std::end(kCommands)) {
      throw UserError("unknown command '" + name + "'; see weft --help");
    }
    command->run({arguments.begin() + 1, arguments.end()});
  }
  flush_output();
}

int report(const char* kind, const std::string& message, int exit_code) {
  std::cerr << "weft: " << kind << ": " << one_line(message) << std::endl;
  return exit_code;
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) {
  weft::wait_patiently(argv);
  weft::keep_interrupts_off_computing_threads();
  // A file that grows beyond the shell's limit is an error like a full disk, not a crash.
  std::signal(SIGXFSZ, SIG_IGN);
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  try {
    weft::run({argv + 1, argv + argc});
    return 0;
  } catch (const weft::UserError& error) {
    return weft::report("error", error.what(), 2);
  } catch (const weft::DivergenceError& error) {
    return weft::report("error", error.what(), 2);
  } catch (const std::bad_alloc&) {
    return weft::report("error", "there is not enough memory; make the model or the batch smaller",
                        2);
  } catch (const std::exception& error) {
    return weft::report("internal error", error.what(), 1);
  }
}
