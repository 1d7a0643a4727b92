// The commands of the program: each parses its options, calls the library, and prints.
#pragma once

#include "tools/option_parser.h"

namespace weft {

void train_command(const Arguments& arguments);
void test_command(const Arguments& arguments);
void classify_command(const Arguments& arguments);
void encode_command(const Arguments& arguments);
void complete_command(const Arguments& arguments);
void tokenize_command(const Arguments& arguments);
void quantize_command(const Arguments& arguments);
void info_command(const Arguments& arguments);
void corpora_command(const Arguments& arguments);
void demo_command(const Arguments& arguments);

// The tasks of `weft train`.
void train_classifier(const Arguments& arguments);
void train_lm(const Arguments& arguments);
void train_autoencoder(const Arguments& arguments);

}  // namespace weft
