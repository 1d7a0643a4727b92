// Training and measuring classifiers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "corpora/example_batches.h"
#include "corpora/labelled_reader.h"
#include "models/nets/classifier.h"
#include "train/task.h"

namespace weft {

struct ClassifierTaskOptions {
  BatchOptions batches;
  double smoothing = 0;  // label smoothing
  void visit(OptionVisitor& v);
};

/// What a first pass over the training file finds out.
struct LabelledCorpus {
  std::vector<std::string> labels;  // sorted
  bool multi_label = false;
  int features = 0;  // numbers a row; 0: text
  std::uint64_t examples = 0;
};
/// Throws FormatError with the line if a row has another number of numbers than the first, or the
/// file has no example or one label only.
LabelledCorpus survey(const std::string& path, const LabelledReaderOptions& options);

class ClassifierTask : public TrainingTask {
 public:
  /// `valid_path`: empty for none. Reads both files once; throws FormatError with the line of a
  /// validation example that does not suit the model, or if there is none. `valid_reader`: how the
  /// validation file is read; null: as the other.
  ClassifierTask(Classifier& model, const ClassifierTaskOptions& options,
                 const std::string& train_path, const std::string& valid_path,
                 const LabelledReaderOptions& reader, std::uint64_t seed,
                 const LabelledReaderOptions* valid_reader = nullptr);
  ~ClassifierTask() override;

  Model& model() override { return model_; }
  bool next_batch() override;
  Var loss(Tape& tape) override;
  std::uint64_t batch_targets() const override;
  std::uint64_t epoch_targets() const override;
  std::uint64_t epoch_updates() const override;
  Evaluation validate() override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;
  std::vector<std::string> self_test_inputs() const override;

 private:
  Classifier& model_;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `examples`, `accuracy`, `macro_f1`, `loss`, `labels`: over every example of a file. Throws
/// FormatError with the line of an example whose label the model does not know.
nlohmann::json evaluate_classifier(const Classifier& model, const std::string& path,
                                   const LabelledReaderOptions& reader);

}  // namespace weft
