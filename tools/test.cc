// weft test: a model's measures on held-out data.
#include <iostream>
#include <string>

#include "base/error.h"
#include "corpora/token_stream.h"
#include "models/file/model_file.h"
#include "models/nets/autoencoder_terms.h"
#include "models/nets/classifier.h"
#include "models/nets/feature_model.h"
#include "models/nets/language_model.h"
#include "tools/commands.h"
#include "tools/measures.h"
#include "tools/output.h"
#include "train/autoencoder_task.h"
#include "train/classifier_task.h"
#include "train/language_task.h"
#include "train/retrieval.h"

namespace weft {
namespace {

struct TestOptions {
  std::string data;
  std::string noise = "none";
  bool retrieval = false;
  bool json = false;
  void visit(OptionVisitor& v) {
    v.file("data", data, "file with the held-out data, in the format of the model's training data");
    v.text("noise", noise,
           "of an autoencoder: restore from noisy inputs, as weft train autoencoder --noise");
    v.flag("retrieval", retrieval,
           "of an autoencoder: whether the nearest codes have the same label");
    v.flag("json", json, "write one JSON object");
  }
};

nlohmann::json measure_features(const FeatureModel& model, const TestOptions& options,
                                const LabelledReaderOptions& reader) {
  const FeatureTable table = read_table(model, inspect_features(options.data, reader));
  nlohmann::json measures = evaluate_features(model, table, parse_noise(options.noise));
  if (!options.retrieval) return measures;
  if (table.labels().empty())
    throw UserError(options.data +
                    ": --retrieval needs a label for each example (of an IDX file: --labels FILE)");
  for (const auto& [count, precision] :
       retrieval_precision(encode_table(model, table), table.labels()))
    measures["precision_at"].push_back({count, precision});
  return measures;
}

nlohmann::json measure(const Model& model, const TestOptions& options,
                       const LabelledReaderOptions& reader) {
  const std::string& data = options.data;
  if (const auto* features = dynamic_cast<const FeatureModel*>(&model))
    return measure_features(*features, options, reader);
  if (options.retrieval || options.noise != "none")
    throw UserError("--noise and --retrieval are for autoencoders; leave them out");
  if (const auto* classifier = dynamic_cast<const Classifier*>(&model)) {
    return evaluate_classifier(*classifier, data, reader);
  }
  if (const auto* language_model = dynamic_cast<const LanguageModel*>(&model)) {
    const TokenStream stream =
        TokenStream::open(data, *model.tokenizer(), reader.encoding, /*cache_directory=*/"");
    return evaluate_language_model(*language_model, stream);
  }
  throw UserError("weft test cannot measure a " + model.kind());
}

}  // namespace

void test_command(const Arguments& arguments) {
  std::string path;
  TestOptions options;
  LabelledReaderOptions reader;
  ThreadOptions threads;
  OptionParser parser("test", "MODEL --data FILE", "Measures a model on held-out data.");
  parser.positional("MODEL", path, "a model that weft train wrote");
  parser.group("Measuring", options);
  parser.group("Data (of a language model: --encoding alone)", reader);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  require_option(options.data, "data", "name the file with the held-out data");
  threads.apply();

  const LoadedModel loaded = load_model(path);
  if (dynamic_cast<const LanguageModel*>(loaded.model.get()))
    for (const char* name : {"format", "header", "label-column", "text-column", "label-separator"})
      if (parser.given(name))
        throw UserError("a language model is measured on plain text; leave out --" +
                        std::string(name));
  const nlohmann::json measures = measure(*loaded.model, options, reader);
  if (measures.value("examples", 1) == 0) {
    throw FormatError(options.data, "there are no examples in it; give a file with labelled ones");
  }
  if (options.json) {
    print_json(measures);
  } else {
    print_measures(measures, std::cout);
  }
}

}  // namespace weft
