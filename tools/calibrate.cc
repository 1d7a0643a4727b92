// weft calibrate: what a language model's confidence in its suggestions is worth.
#include "base/error.h"
#include "tools/commands.h"
#include "tools/completion_setup.h"
#include "tools/measure_completion.h"
#include "tools/output.h"
#include "tools/output_paths.h"

namespace weft {
namespace {

/// With fewer, nothing can be said of how often something is right.
constexpr std::size_t kFewestKeystrokes = 200;

struct CalibrateOptions {
  std::string data, model, encoding = "utf-8";
  bool with_context = false;
  std::int64_t keystrokes = 20000;
  void visit(OptionVisitor& v) {
    v.file("data", data, "text that the model was not trained on");
    v.text("encoding", encoding, "its character encoding; a byte-order mark overrules it");
    visit_with_context(v, with_context);
    visit_keystrokes(v, keystrokes);
    v.file("model", model, "file to write the calibrated model to");
  }
};

}  // namespace

void calibrate_command(const Arguments& arguments) {
  std::string path;
  CalibrateOptions options;
  PersonalOptions personal;
  ContinuousCacheOptions cache;
  ThreadOptions threads;
  OptionParser parser("calibrate", "MODEL --data FILE --model OUT",
                      "Learns how often suggestions of which confidence are right, so that\n"
                      "weft complete --min-confidence 0.6 shows what is right six times of ten.");
  parser.positional("MODEL", path, "a language model that weft train lm wrote");
  parser.group("Files", options);
  parser.group("A personal model, to complete with it", personal);
  parser.group("A cache, to complete with the same", cache);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  threads.apply();
  require_option(options.data, "data", "name a file with text");
  require_option(options.model, "model", "name the file to write to");

  check_outputs({{"model", options.model}}, {{"data", options.data}, {"personal", personal.file}});
  auto loaded = load_model_as<NextTokenModel>(path, "language model");
  const auto texts = read_written_texts(options.data, options.encoding, options.with_context);
  const ModelInUse in_use(*loaded.model, personal, cache);
  CompletionOptions completion;
  completion.min_confidence = 0.02;
  completion.count = kAllSuggestions;
  const auto typed = type_texts(CompletionModel(in_use.model()), completion, texts,
                                static_cast<std::size_t>(options.keystrokes), say);
  std::size_t places = 0;
  for (const auto& text : typed) places += text.size();
  if (places < kFewestKeystrokes)
    throw FormatError(options.data, "there are fewer than " + std::to_string(kFewestKeystrokes) +
                                        " keystrokes to learn from; give more text");
  const Calibration calibration = calibrate(typed);
  set_calibration(loaded.record, calibration, in_use.beside());
  save_model(options.model, *loaded.model, loaded.record);
  say(options.model + ": of suggestions with a probability of 0.5 or more, " +
      short_number(100 * calibration.precision(0.5)) + " % were right, of 0.9 or more, " +
      short_number(100 * calibration.precision(0.9)) + " %");
}

}  // namespace weft
