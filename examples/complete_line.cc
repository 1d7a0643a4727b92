// Suggests how a line may go on:  example_complete_line emails.weft "Thank you for"

#include <iostream>

#include "base/error.h"
#include "models/file/model_file.h"
#include "models/nets/completion.h"

int main(int argc, char** argv) try {
  if (argc != 3) throw weft::UserError("name a language model and the beginning of a line");
  const auto loaded = weft::load_model_as<weft::NextTokenModel>(argv[1], "language model");
  const weft::CompletionModel model(*loaded.model);
  weft::CompletionOptions options;
  options.count = 3;
  weft::RandomStream unused(1, "sample");
  for (const weft::Continuation& continuation : weft::complete(model, argv[2], options, unused))
    std::cout << argv[2] << continuation.text << '\n';
  return 0;
} catch (const weft::UserError& error) {
  std::cerr << "example: " << error.what() << '\n';
  return 2;
}
