// The commands of the program: each parses its options, calls the library, and prints.
#pragma once

#include <ostream>
#include <string>

#include "tools/option_parser.h"

namespace weft {

void train_command(const Arguments& arguments);
void tune_command(const Arguments& arguments);
void test_command(const Arguments& arguments);
void classify_command(const Arguments& arguments);
void encode_command(const Arguments& arguments);
void complete_command(const Arguments& arguments);
void calibrate_command(const Arguments& arguments);
void adapt_command(const Arguments& arguments);
void audit_command(const Arguments& arguments);
void translate_command(const Arguments& arguments);
void tokenize_command(const Arguments& arguments);
void quantize_command(const Arguments& arguments);
void info_command(const Arguments& arguments);
void corpora_command(const Arguments& arguments);
void demo_command(const Arguments& arguments);

struct TrialRun;

/// A task of `weft train`, and of `weft tune`, which hands in a trial; train.cc has the table.
struct TrainingCommand {
  const char* name;
  const char* summary;
  void (*train)(const Arguments& arguments, TrialRun* trial);
};
/// Throws UserError if `command` ("train", "tune") has no such task.
const TrainingCommand& training_command(const std::string& command, const std::string& name);
/// The tasks, a line each.
void print_training_commands(std::ostream& out);

void train_classifier(const Arguments& arguments, TrialRun* trial);
void train_lm(const Arguments& arguments, TrialRun* trial);
void train_translator(const Arguments& arguments, TrialRun* trial);
void train_autoencoder(const Arguments& arguments, TrialRun* trial);

}  // namespace weft
