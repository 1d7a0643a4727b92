// weft train autoencoder: codes of images, rows of numbers and texts.
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "models/nets/autoencoder.h"
#include "models/nets/projection.h"
#include "tools/commands.h"
#include "tools/example_split.h"
#include "tools/training_run.h"
#include "train/tasks/autoencoder_task.h"
#include "train/tasks/projection_fit.h"

namespace weft {
namespace {

enum class Method { network, pca, lsa };

struct MethodOptions {
  Method method = Method::network;
  BagWeights bag = BagWeights::log;
  void visit(OptionVisitor& v) {
    v.choice("method", method, {"network", "pca", "lsa"},
             "what makes the code: a network, principal components, latent semantic analysis");
    v.choice("bag", bag, {"binary", "counts", "log", "tf-idf"}, "what stands for a word of a text");
  }
};

struct Settings {
  LabelledReaderOptions reader;
  SplitOptions split;
  MethodOptions method;
  AutoencoderOptions model;
  TokenizerOptions tokenizer;
  AutoencoderTaskOptions task;
};

void set_defaults(Settings& settings, TrainerOptions& trainer) {
  settings.tokenizer.kind = TokenizerKind::unicode_words;
  settings.tokenizer.normalizer.fold_case = true;
  settings.tokenizer.vocab_size = 2000 + kSpecialIds;
  trainer.clip = 0;
  trainer.epochs = 20;
}

/// Output units that suit the data, unless the user named some.
void suit(FeatureKind kind, const OptionParser& parser, AutoencoderOptions& model) {
  const bool loss_given = parser.given("loss");
  if (parser.given("output")) return;
  if (kind == FeatureKind::rows) {
    model.output = loss_given && model.loss == ReconstructionLoss::cross_entropy
                       ? OutputUnits::sigmoid
                       : OutputUnits::linear;
  } else if (kind == FeatureKind::texts && !loss_given) {
    model.output = OutputUnits::softmax;
    model.loss = ReconstructionLoss::cross_entropy;
  } else if (kind == FeatureKind::texts) {
    model.output = model.loss == ReconstructionLoss::cross_entropy ? OutputUnits::softmax
                                                                   : OutputUnits::linear;
  }
}

std::shared_ptr<const Tokenizer> learn_words(const Settings& settings, const FeatureFile& file,
                                             const LogSink& log) {
  return learn_tokenizer(
      settings.tokenizer, file.path,
      [&](const std::function<void(std::string_view)>& show) {
        LabelledReader examples(file.path, file.reader);
        for (LabelledExample example; examples.next(example);) show(example.text);
      },
      log);
}

/// What only a network knows.
void refuse_network_options(const OptionParser& parser) {
  for (const char* name : {"layers", "tied", "noise", "sparsity", "activation", "code-activation",
                           "output", "loss", "dropout"})
    if (parser.given(name))
      throw UserError(std::string("--") + name + " needs --method network; leave it out");
}

std::unique_ptr<FeatureModel> new_model(const Settings& settings, const FeatureInput& input,
                                        std::shared_ptr<const Tokenizer> tokenizer) {
  if (settings.method.method == Method::network)
    return std::make_unique<Autoencoder>(settings.model, input, std::move(tokenizer));
  ProjectionOptions options;
  options.code = settings.model.code;
  options.method =
      settings.method.method == Method::pca ? ProjectionMethod::pca : ProjectionMethod::lsa;
  return std::make_unique<Projection>(options, input, std::move(tokenizer));
}

/// How rare the words are in the texts that are trained on.
void learn_idf(FeatureModel& model, const FeatureFile& file, const Settings& settings,
               const std::string& valid_path) {
  const FeatureTable texts =
      FeatureTable::read_texts(file, model.features(), [&](std::string_view text) {
        return bag_of_words(*model.tokenizer(), text, BagWeights::binary);
      });
  const ExampleSplit split = split_examples(settings.split, texts.examples(), valid_path);
  model.set_idf(inverse_document_frequencies(texts.part(0, split.train).bags(), model.features()));
}

/// A model, and the training file as it reads it.
struct NewModel {
  std::unique_ptr<FeatureModel> model;
  FeatureTable examples;
};

NewModel begin(const Settings& settings, const FeatureFile& file, const TrainingRun& run) {
  NewModel result;
  FeatureInput input;
  input.bag = settings.method.bag;
  if (file.kind == FeatureKind::texts) {
    const auto tokenizer = learn_words(settings, file, run.log());
    input.features = static_cast<int>(bag_rows(*tokenizer));
    result.model = new_model(settings, input, tokenizer);
    result.model->parameters().initialize(run.seed());
    if (input.bag == BagWeights::tf_idf) learn_idf(*result.model, file, settings, run.files.valid);
    result.examples = read_table(*result.model, file);
  } else {
    result.examples = FeatureTable::read(file);
    input.features = static_cast<int>(result.examples.features());
    input.height = static_cast<int>(result.examples.height());
    input.width = static_cast<int>(result.examples.width());
    result.model = new_model(settings, input, nullptr);
    result.model->parameters().initialize(run.seed());
  }
  return result;
}

/// The part of the training file, or the file, that is validated with.
std::optional<FeatureTable> validation_data(const Settings& settings, const FeatureModel& model,
                                            const FeatureTable& all, const ExampleSplit& split,
                                            const std::string& path) {
  if (split.valid < all.examples()) return all.part(split.valid, all.examples());
  if (path.empty()) return std::nullopt;
  LabelledReaderOptions reader = settings.reader;
  reader.labels = settings.split.valid_labels;
  return read_table(model, inspect_features(path, reader));
}

/// Principal components and latent semantic analysis take no steps.
void train_projection(Projection& model, const FeatureTable& train, const FeatureTable* valid,
                      TrainingRun& run, const OptionParser& parser) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  fit(model, train, run.seed());
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const nlohmann::json measures = valid ? evaluate_features(model, *valid) : nlohmann::json();
  run.keep_fitted(model, self_test_samples(model, train), train.examples(), "examples", seconds,
                  measures, parser);
}

}  // namespace

void train_autoencoder(const Arguments& arguments, TrialRun* trial) {
  Settings settings;
  TrainingRun run("train autoencoder", trial);
  set_defaults(settings, run.trainer);
  OptionParser parser(
      "train autoencoder", "--train FILE [--valid FILE] --model OUT",
      "Learns short codes of images (IDX), rows of numbers (CSV) or texts as bags of words.\n"
      "Unless --output and --loss are given, images have sigmoid outputs, rows linear ones, texts\n"
      "a softmax with cross-entropy. Every column of a CSV is a feature unless --label-column\n"
      "names the label.");
  parser.group("Files", run.files);
  parser.group("Data", settings.reader);
  parser.group("Parts", settings.split);
  parser.group("Method", settings.method);
  parser.group("Network", settings.model);
  parser.group("Words of texts (--vocab-size counts four special ones)", settings.tokenizer);
  parser.group("Batches", settings.task);
  run.add_groups(parser);
  if (!run.parse(parser, arguments)) return;

  const FeatureFile file = inspect_features(run.files.train, settings.reader);
  if (settings.method.method != Method::network) {
    refuse_network_options(parser);
    if (trial) throw UserError("weft tune tries networks; leave out --method");
  }
  NewModel fresh;
  if (!run.resumed()) {
    suit(file.kind, parser, settings.model);
    fresh = begin(settings, file, run);
  }
  FeatureModel& model = fresh.model ? *fresh.model : run.resumed_model<Autoencoder>();
  FeatureTable all = fresh.model ? std::move(fresh.examples) : read_table(model, file);
  const ExampleSplit split = split_examples(settings.split, all.examples(), run.files.valid);
  const FeatureTable train = all.part(0, split.train);
  const auto valid = validation_data(settings, model, all, split, run.files.valid);
  all = FeatureTable();  // its parts are copies
  if (auto* projection = dynamic_cast<Projection*>(&model))
    return train_projection(*projection, train, valid ? &*valid : nullptr, run, parser);

  AutoencoderTask task(dynamic_cast<Autoencoder&>(model), settings.task, train,
                       valid ? &*valid : nullptr, run.seed());
  TrainingCost cost;
  cost.targets = "examples";
  cost.positions = static_cast<std::uint64_t>(settings.task.batch_size);
  run.train(task, cost, parser);
}

}  // namespace weft
