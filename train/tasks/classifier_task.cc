#include "train/tasks/classifier_task.h"
#include "train/tasks/batch_position.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "corpora/prefetch.h"
#include "train/measures/metrics.h"
#include "train/tasks/example_encoder.h"

namespace weft {
namespace {

constexpr std::size_t kEvaluationBatch = 128;
constexpr int kEvaluationTokens = 65536;       // bounds the memory of a batch of long texts
constexpr std::size_t kEvaluationPool = 8192;  // examples sorted by length together

/// A mistake in the validation file shall not come to light after the first, long epoch.
void check_validation(const Classifier& model, const std::string& path,
                      const LabelledReaderOptions& options) {
  const ExampleEncoder encoder(model);
  LabelledReader reader(path, options);
  std::uint64_t labels = 0;
  for (LabelledExample example; reader.next(example);)
    labels += encoder.labels_of(example, path).size();
  if (labels == 0)
    throw FormatError(path,
                      "there are no labelled examples in it; give some to validate with, or "
                      "leave --valid out");
}

ClassifierInput input_of(const ClassifierBatch& batch) {
  ClassifierInput input;
  input.tokens = batch.tokens;
  if (batch.values.empty() || batch.values[0].empty()) return input;
  input.values.set_size(batch.values[0].size(), batch.values.size());
  for (std::size_t n = 0; n < batch.values.size(); ++n)
    for (std::size_t i = 0; i < batch.values[n].size(); ++i)
      input.values(i, n) = static_cast<real>(batch.values[n][i]);
  return input;
}

}  // namespace

void ClassifierTaskOptions::visit(OptionVisitor& v) {
  batches.visit(v);
  v.number("label-smoothing", smoothing, 0, 0.99, "share of the target spread over all labels");
}

LabelledCorpus survey(const std::string& path, const LabelledReaderOptions& options) {
  LabelledReader reader(path, options);
  LabelledExample example;
  LabelledCorpus corpus;
  std::set<std::string> labels;
  while (reader.next(example)) {
    const int features = static_cast<int>(example.values.size());
    if (corpus.examples == 0) corpus.features = features;
    if (features != corpus.features)
      throw FormatError::at_line(path, example.line,
                                 "a row has " + std::to_string(features) +
                                     " numbers where the first has " +
                                     std::to_string(corpus.features));
    ++corpus.examples;
    corpus.multi_label = corpus.multi_label || example.labels.size() != 1;
    labels.insert(example.labels.begin(), example.labels.end());
  }
  if (corpus.examples == 0)
    throw FormatError(path, "there are no examples in it; a classifier needs labelled ones");
  if (labels.empty())
    throw FormatError(path,
                      "none of its examples has a label; of an IDX file, name the file with the "
                      "labels by --labels");
  if (labels.size() < 2 && !corpus.multi_label)
    throw FormatError(path, "every example has the label \"" + *labels.begin() +
                                "\"; a classifier needs at least two labels");
  corpus.labels.assign(labels.begin(), labels.end());
  return corpus;
}

struct ClassifierTask::Impl {
  Classifier& model;
  ClassifierTaskOptions options;
  std::string valid_path;
  LabelledReaderOptions valid_reader;
  std::uint64_t examples = 0;  // an epoch, known after the first
  std::uint64_t batches = 0;
  std::uint64_t examples_so_far = 0, batches_so_far = 0;
  std::vector<std::string> self_test;
  ExampleBatches source;
  ClassifierBatch batch;
  ClassifierInput input;  // of the batch; the tape looks at it until the backward pass is over
};

ClassifierTask::ClassifierTask(Classifier& model, const ClassifierTaskOptions& options,
                               const std::string& train_path, const std::string& valid_path,
                               const LabelledReaderOptions& reader, std::uint64_t seed,
                               const LabelledReaderOptions* valid_reader)
    : model_(model) {
  const auto open = [&model, train_path, reader]() -> ExampleBatches::Source {
    auto file = std::make_shared<EncodedReader>(model, train_path, reader);
    return [file](EncodedExample& example) { return (*file)(example); };
  };
  impl_ = std::unique_ptr<Impl>(
      new Impl{model,
               options,
               valid_path,
               valid_reader ? *valid_reader : reader,
               0,
               0,
               0,
               0,
               {},
               ExampleBatches(open, options.batches, RandomStream(seed, "shuffle")),
               {},
               {}});
  if (!valid_path.empty()) check_validation(model, valid_path, impl_->valid_reader);
  impl_->examples = survey(train_path, reader).examples;
  const std::uint64_t size = static_cast<std::uint64_t>(options.batches.batch_size);
  if (size > 0 && options.batches.max_tokens == 0)
    impl_->batches = (impl_->examples + size - 1) / size;
  LabelledReader samples(train_path, reader);
  LabelledExample example;
  while (impl_->self_test.size() < 3 && samples.next(example)) {
    if (example.values.empty()) {
      impl_->self_test.push_back(example.text.substr(0, example.text.find(' ', 200)));
    } else {
      std::string row;
      for (double value : example.values) row += (row.empty() ? "" : ",") + std::to_string(value);
      impl_->self_test.push_back(row);
    }
  }
}

ClassifierTask::~ClassifierTask() = default;

bool ClassifierTask::next_batch() { return impl_->source.next(impl_->batch); }

Var ClassifierTask::loss(Tape& tape) {
  impl_->input = input_of(impl_->batch);
  return model_.loss(tape, impl_->input, impl_->batch.labels, impl_->options.smoothing);
}

std::uint64_t ClassifierTask::batch_targets() const { return impl_->batch.labels.size(); }
std::uint64_t ClassifierTask::epoch_targets() const { return impl_->examples; }
std::uint64_t ClassifierTask::epoch_updates() const { return impl_->batches; }

Evaluation ClassifierTask::validate() {
  if (impl_->valid_path.empty()) return {};
  Evaluation evaluation;
  evaluation.measures = evaluate_classifier(model_, impl_->valid_path, impl_->valid_reader);
  evaluation.criterion = model_.multi_label() ? "micro_f1" : "accuracy";
  evaluation.value = evaluation.measures.at(evaluation.criterion).get<double>();
  evaluation.higher_is_better = true;
  return evaluation;
}

nlohmann::json ClassifierTask::state() const { return position_to_json(impl_->source.position()); }

void ClassifierTask::restore(const nlohmann::json& state) {
  impl_->source.restore(position_from_json(state));
}

std::vector<std::string> ClassifierTask::self_test_inputs() const { return impl_->self_test; }

nlohmann::json evaluate_classifier(const Classifier& model, const std::string& path,
                                   const LabelledReaderOptions& reader) {
  EncodedReader file(model, path, reader);
  BatchOptions options;
  options.batch_size = static_cast<int>(kEvaluationBatch);
  options.max_tokens = kEvaluationTokens;
  options.shuffle_buffer = static_cast<int>(kEvaluationPool);
  options.shuffle = false;
  ShuffledBatches<EncodedExample> batches([&](EncodedExample& example) { return file(example); },
                                          [](const EncodedExample& e) { return e.ids.size(); },
                                          options, RandomStream(0, "unused"));
  ClassificationMetrics metrics(model.labels(), model.multi_label());
  std::vector<EncodedExample> examples;
  Tape tape;
  while (batches.next(examples)) {
    const ClassifierBatch batch = make_classifier_batch(std::move(examples));
    tape.reset();
    metrics.add(model.probabilities(input_of(batch)), batch.labels);
  }
  return metrics.json();
}

}  // namespace weft
