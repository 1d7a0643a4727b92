// weft test: a model's measures on held-out data.
#include <iostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "corpora/token_stream.h"
#include "models/file/model_file.h"
#include "models/nets/autoencoder_terms.h"
#include "models/nets/classifier.h"
#include "models/nets/feature_model.h"
#include "models/nets/language_model.h"
#include "tools/commands.h"
#include "tools/completion_setup.h"
#include "tools/measure_completion.h"
#include "tools/measure_translator.h"
#include "tools/measures.h"
#include "tools/option_visitors.h"
#include "tools/output.h"
#include "tools/output_paths.h"
#include "train/language/adaptation.h"
#include "train/language/continuous_cache.h"
#include "train/language/dynamic_evaluation.h"
#include "train/language/language_mixture.h"
#include "train/language/language_scores.h"
#include "train/measures/retrieval.h"
#include "train/tasks/autoencoder_task.h"
#include "train/tasks/classifier_task.h"
#include "train/tasks/language_task.h"

namespace weft {
namespace {

struct TestOptions {
  std::vector<std::string> data;
  std::string against;
  std::string noise = "none";
  bool retrieval = false;
  bool json = false;
  void visit(OptionVisitor& v) {
    v.files("data", data, 2,
            "the held-out data, in the format of the model's training data (of a translator: one "
            "file or two)");
    v.file("against", against,
           "what to compare with: of a translator another one, or a text with a translation a "
           "line; of completion another language model, of whatever kind");
    v.text("noise", noise,
           "of an autoencoder: restore from noisy inputs, as weft train autoencoder --noise");
    v.flag("retrieval", retrieval,
           "of an autoencoder: whether the nearest codes have the same label");
    v.flag("json", json, "write one JSON object");
  }
};

struct MixtureOptions {
  std::string model, text;
  void visit(OptionVisitor& v) {
    v.file("mix", model, "of a language model: another one, of either kind, to mix it with");
    v.only_with("mix", !model.empty(), [&] {
      v.file("mix-text", text, "held-out text to learn the weight of the mixture on");
    });
  }
};

struct Settings {
  TestOptions test;
  LabelledReaderOptions reader;
  TranslationOptions search;
  TranslatorTestOptions translator;
  MixtureOptions mixture;
  ContinuousCacheOptions cache;
  DynamicEvaluationOptions dynamic;
  CompletionTestOptions completion;
  BlockOptions block;
  PersonalOptions personal;
};

const std::string& only_file(const Settings& settings, const Model& model) {
  if (settings.test.data.size() > 1)
    throw UserError("a " + model.kind() + " is measured on one file; leave out '" +
                    settings.test.data[1] + "'");
  return settings.test.data.front();
}

nlohmann::json measure_features(const FeatureModel& model, const std::string& data,
                                const TestOptions& options, const LabelledReaderOptions& reader) {
  const FeatureTable table = read_table(model, inspect_features(data, reader));
  nlohmann::json measures = evaluate_features(model, table, parse_noise(options.noise));
  if (!options.retrieval) return measures;
  if (table.labels().empty())
    throw UserError(data +
                    ": --retrieval needs a label for each example (of an IDX file: --labels FILE)");
  for (const auto& [count, precision] :
       retrieval_precision(encode_table(model, table), table.labels()))
    measures["precision_at"].push_back({count, precision});
  return measures;
}

bool is_language_model(const Model& model) {
  return dynamic_cast<const LanguageModel*>(&model) || dynamic_cast<const NgramModel*>(&model);
}

/// What makes a network learn from what it is measured on.
void refuse_adaptive(const OptionParser& parser, Settings& settings, const char* why) {
  refuse(parser, settings.cache, why);
  refuse(parser, settings.dynamic, why);
}

/// λ is learned on a text of its own: on what is measured it would be too good.
nlohmann::json measure_mixture(const Model& model, const TokenStream& data,
                               const MixtureOptions& options, const std::string& encoding) {
  if (options.text.empty())
    throw UserError("--mix needs --mix-text: a text to learn the weight of the mixture on");
  const LoadedModel other = load_model(options.model);
  const TokenStream text = TokenStream::open(options.text, *model.tokenizer(), encoding, "");
  try {
    return evaluate_mixture(model, *other.model, text, data);
  } catch (const UserError& error) {
    throw FormatError(options.model, error.what());
  }
}

nlohmann::json measure_personalized(const NextTokenModel& general, const TokenStream& data,
                                    Settings& settings, const OptionParser& parser) {
  const char* const one = "with a personal model, nothing else is measured";
  refuse(parser, settings.mixture, one);
  refuse_adaptive(parser, settings, one);
  const ModelInUse in_use(general, settings.personal);
  return evaluate_personalized(*in_use.personalized(), data);
}

nlohmann::json measure_language_model(const Model& model, const std::string& data,
                                      Settings& settings, const OptionParser& parser) {
  refuse(parser, settings.reader, "a language model is measured on plain text");
  if (settings.cache.size > 0 && settings.dynamic.rate > 0)
    throw UserError("--cache-size and --dynamic-rate are measured one at a time; leave one out");
  const TokenStream stream = TokenStream::open(data, *model.tokenizer(), settings.reader.encoding,
                                               /*cache_directory=*/"");
  if (!settings.personal.file.empty())
    return measure_personalized(dynamic_cast<const NextTokenModel&>(model), stream, settings,
                                parser);
  if (!settings.mixture.model.empty()) {
    refuse_adaptive(parser, settings, "a mixture is measured without");
    return measure_mixture(model, stream, settings.mixture, settings.reader.encoding);
  }
  if (const auto* ngrams = dynamic_cast<const NgramModel*>(&model)) {
    refuse_adaptive(parser, settings, "an n-gram model has no hidden state");
    return evaluate_ngram_model(*ngrams, stream);
  }
  const auto& network = dynamic_cast<const LanguageModel&>(model);
  if (settings.cache.size > 0) return evaluate_with_cache(network, stream, settings.cache);
  if (settings.dynamic.rate > 0) return evaluate_dynamically(network, stream, settings.dynamic);
  return evaluate_language_model(network, stream);
}

nlohmann::json measure_suggestions(const NextTokenModel& model, const LoadedModel& loaded,
                                   Settings& settings, const OptionParser& parser) {
  const std::string& data = only_file(settings, model);
  const int beam = parser.given("beam") ? settings.search.beam : CompletionOptions().beam;
  const char* const plain = "suggestions are measured without";
  refuse(parser, settings.dynamic, plain);
  refuse(parser, settings.mixture, plain);
  refuse(parser, settings.translator, plain, {"encoding"});
  refuse(parser, settings.search, plain, {"beam"});
  refuse(parser, settings.reader, plain);
  const BlockList blocked = read_block_list(settings.block);
  const ModelInUse in_use(model, settings.personal, settings.cache);
  const CompletionModel ours(in_use.model(), calibration_of(loaded.record), blocked);
  const NamedModel named{ours, loaded.file->path()};
  if (settings.test.against.empty())
    return measure_completion(named, std::nullopt, data, settings.reader.encoding, beam,
                              settings.completion);
  const auto other = load_model_as<NextTokenModel>(settings.test.against, "language model");
  const CompletionModel theirs(*other.model, calibration_of(other.record), blocked);
  return measure_completion(named, NamedModel{theirs, settings.test.against}, data,
                            settings.reader.encoding, beam, settings.completion);
}

nlohmann::json measure(const LoadedModel& loaded, Settings& settings, const OptionParser& parser) {
  const Model& model = *loaded.model;
  const auto* features = dynamic_cast<const FeatureModel*>(&model);
  if (!features && (settings.test.retrieval || settings.test.noise != "none"))
    throw UserError("--noise and --retrieval are for autoencoders; leave them out");
  const auto* completes = dynamic_cast<const NextTokenModel*>(&model);
  if (settings.completion.completion || settings.completion.queries) {
    if (!completes)
      throw UserError(std::string("only language models complete; leave out --") +
                      (settings.completion.queries ? "queries" : "completion"));
    return measure_suggestions(*completes, loaded, settings, parser);
  }
  const char* const of_suggestions =
      "no suggestions are measured without --completion or --queries";
  refuse(parser, settings.completion, of_suggestions);
  refuse(parser, settings.block, of_suggestions);
  const bool predicts = is_language_model(model);
  if (!predicts) {
    refuse(parser, settings.mixture, "only language models are mixed");
    refuse(parser, settings.personal, "only language models learn somebody's own text");
    refuse_adaptive(parser, settings, "only language models have a cache and dynamic evaluation");
  }
  if (const auto* translator = dynamic_cast<const Translator*>(&model)) {
    refuse(parser, settings.reader, "a translator is measured on pairs of lines");
    PairReaderOptions reader;
    reader.encoding = settings.reader.encoding;
    return measure_translator(*translator, settings.test.data, reader, settings.search,
                              settings.translator, settings.test.against);
  }
  if (!settings.test.against.empty())
    throw UserError(
        "translators and, with --completion or --queries, language models are compared; leave out "
        "--against");
  const char* const not_searched = "only translators search for an answer";
  refuse(parser, settings.search, not_searched);
  refuse(parser, settings.translator, not_searched);
  const std::string& data = only_file(settings, model);
  if (features) return measure_features(*features, data, settings.test, settings.reader);
  if (predicts) return measure_language_model(model, data, settings, parser);
  if (const auto* classifier = dynamic_cast<const Classifier*>(&model)) {
    return evaluate_classifier(*classifier, data, settings.reader);
  }
  throw UserError("weft test cannot measure a " + model.kind());
}

void check_outputs_of(const Settings& settings, const std::string& model) {
  NamedPaths inputs = {{"MODEL", model},
                       {"mix", settings.mixture.model},
                       {"mix-text", settings.mixture.text},
                       {"popular", settings.completion.popular},
                       {"personal", settings.personal.file},
                       {"block", settings.block.file},
                       {"labels", settings.reader.labels},
                       {"against", settings.test.against}};
  for (const std::string& data : settings.test.data) inputs.emplace_back("data", data);
  check_outputs(
      {{"output", settings.translator.output}, {"completion-report", settings.completion.report}},
      inputs);
}

}  // namespace

void test_command(const Arguments& arguments) {
  std::string path;
  Settings settings;
  ThreadOptions threads;
  OptionParser parser("test", "MODEL --data FILE [FILE]", "Measures a model on held-out data.");
  parser.positional("MODEL", path, "a model that weft train wrote");
  parser.group("Measuring", settings.test);
  parser.group("Data (of other kinds: --encoding alone)", settings.reader);
  parser.group("Language models: a mixture", settings.mixture);
  parser.group("Language models: the cache", settings.cache);
  parser.group("Language models: dynamic evaluation", settings.dynamic);
  parser.group("Language models: completion", settings.completion);
  parser.group("Language models: a personal model", settings.personal);
  parser.group("Words never to suggest", settings.block);
  parser.group("Translators", settings.translator);
  parser.group("Translators: searching", settings.search);
  parser.group("Computing", threads);
  if (!parser.parse(arguments)) return;
  const bool named = !settings.test.data.empty();
  require_option(named ? settings.test.data.front() : "", "data",
                 "name the file with the held-out data");
  threads.apply();
  check_outputs_of(settings, path);

  const LoadedModel loaded = load_model(path);
  const nlohmann::json measures = measure(loaded, settings, parser);
  if (measures.value("examples", 1) == 0) {
    throw FormatError(settings.test.data.front(),
                      "there are no examples in it; give a file with labelled ones");
  }
  if (settings.test.json) return print_json(measures);
  print_measures(measures, std::cout);
  if (dynamic_cast<const Translator*>(loaded.model.get()) && measures.contains("against"))
    print_comparison(measures, std::cout);
}

}  // namespace weft
