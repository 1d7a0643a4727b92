// Training and measuring translators.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "corpora/pair_batches.h"
#include "corpora/pair_reader.h"
#include "models/nets/translation_search.h"
#include "models/nets/translator.h"
#include "train/measures/translation_metrics.h"
#include "train/task.h"

namespace weft {

enum class TranslationCriterion { loss, bleu };

struct TranslationTaskOptions {
  TranslationTaskOptions() { batches.batch_size = 64; }
  BatchOptions batches;
  double smoothing = 0.1;  // label smoothing
  TranslationCriterion criterion = TranslationCriterion::bleu;
  int bleu_every = 0;        // updates from one BLEU to the next at least, when loss decides
  int validation_beam = 1;   // of the search that BLEU is measured with; 1: greedy
  int validation_lines = 0;  // of the validation data that are translated for it; 0: all
  void visit(OptionVisitor& v);
};

/// What of the training data was read.
struct PairCounts {
  std::uint64_t pairs = 0;     // learned from
  std::uint64_t too_long = 0;  // left out, a side having more tokens than the model's max_length
  std::uint64_t empty = 0;     // left out, a side having no text
};

class TranslationTask : public TrainingTask {
 public:
  /// `train`, `valid`: one file or two each, see PairReader; `valid` empty for none. Reads all of
  /// them into memory. Throws FormatError if a file is not in order or has no pair to learn from,
  /// UserError if the options contradict each other.
  TranslationTask(Translator& model, const TranslationTaskOptions& options,
                  const std::vector<std::string>& train, const std::vector<std::string>& valid,
                  const PairReaderOptions& reader, std::uint64_t seed);
  ~TranslationTask() override;

  Model& model() override { return model_; }
  bool next_batch() override;
  Var loss(Tape& tape) override;
  std::uint64_t batch_targets() const override;
  std::uint64_t epoch_targets() const override;
  std::uint64_t epoch_updates() const override;
  /// `loss`, and if it is time for it BLEU and its companions, see evaluate_translator().
  Evaluation validate() override;
  /// With the beam that `weft test` searches with.
  nlohmann::json final_measures() override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;
  std::vector<std::string> self_test_inputs() const override;
  /// A few validation sentences, translated, with what each word attends to.
  void illustrate(Report& report) const override;

  const PairCounts& counts() const;

 private:
  Translator& model_;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// All pairs of a file or two, in order.
std::vector<TextPair> read_pairs(const std::vector<std::string>& paths,
                                 const PairReaderOptions& reader);

/// The mean of −log p over the target tokens with <eos>, in nats.
double translation_loss(const Translator& model, const std::vector<TextPair>& pairs);

struct TranslatorResults {
  nlohmann::json measures;  // those of TranslationMetrics, and `loss`
  std::vector<std::string> translations;
  TranslationMetrics metrics;
};
/// Translates the sources and compares with the targets. Throws UserError if there are no pairs.
TranslatorResults evaluate_translator(const Translator& model, const std::vector<TextPair>& pairs,
                                      const TranslationOptions& options);

}  // namespace weft
