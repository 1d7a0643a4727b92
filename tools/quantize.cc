// weft quantize: the same model with weights of eight bits.
#include <filesystem>
#include <string>

#include "base/error.h"
#include "models/file/model_file.h"
#include "tools/commands.h"
#include "tools/output.h"

namespace weft {
namespace {

struct QuantizeOptions {
  std::string model;
  void visit(OptionVisitor& v) { v.file("model", model, "file to write the new model to"); }
};

}  // namespace

void quantize_command(const Arguments& arguments) {
  std::string path;
  QuantizeOptions options;
  ThreadOptions threads;
  OptionParser parser("quantize", "MODEL --model OUT",
                      "Rounds a model's weights to eight bits: a quarter of the size, quicker\n"
                      "answers, nearly the same ones.");
  parser.positional("MODEL", path, "a model that weft train wrote");
  parser.group("Files", options);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();
  require_option(options.model, "model", "name the file to write to");

  LoadedModel loaded = load_model(path);
  if (!loaded.record.checkpoint.is_null())
    throw UserError(path + ": this is a checkpoint, to be trained on; name the model itself");
  ParameterStore& parameters = loaded.model->parameters();
  if (parameters.is_quantized()) throw UserError(path + ": its weights have eight bits already");
  parameters.quantize();
  if (!parameters.is_quantized())
    throw UserError(path +
                    ": it has no weight matrix large enough for eight bits; use it as it is");
  save_model(options.model, *loaded.model, loaded.record);
  say(options.model + ": " +
      readable_bytes(static_cast<double>(std::filesystem::file_size(options.model))) +
      " instead of " + readable_bytes(static_cast<double>(loaded.bytes)));
}

}  // namespace weft
