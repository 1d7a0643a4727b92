// Training and measuring language models.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "corpora/language_batches.h"
#include "corpora/token_stream.h"
#include "models/nets/language_model.h"
#include "train/task.h"

namespace weft {

struct LanguageTaskOptions {
  int batch_size = 20;  // parallel streams of the corpus
  int bptt = 35;        // steps of truncated back-propagation through time
  /// Each batch has a number of steps of its own: normally distributed around `bptt`, now and then
  /// around half of it, and the learning rate is scaled to match (Merity et al. 2018, 4.1).
  bool random_bptt = false;
  void visit(OptionVisitor& v);
};

class LanguageTask : public TrainingTask {
 public:
  /// `valid` may be null. The streams must live as long as the task.
  LanguageTask(LanguageModel& model, const LanguageTaskOptions& options, const TokenStream& train,
               const TokenStream* valid, std::uint64_t seed);

  Model& model() override { return model_; }
  bool next_batch() override;
  Var loss(Tape& tape) override;
  std::uint64_t batch_targets() const override;
  std::uint64_t epoch_targets() const override;
  std::uint64_t epoch_updates() const override;
  double rate_factor() const override;
  /// Reads the validation data in a few parts side by side, see evaluate_language_model().
  Evaluation validate() override;
  nlohmann::json final_measures() override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;
  std::vector<std::string> self_test_inputs() const override;

 private:
  int draw_steps();

  LanguageModel& model_;
  LanguageTaskOptions options_;
  LanguageBatches batches_;
  RandomStream lengths_;
  std::uint64_t epoch_targets_;
  const TokenStream* valid_;
  LanguageBatch batch_;
  RecurrentState state_;  // carried from batch to batch
};

/// `tokens`, `loss` (nats a token), `perplexity`, `bits_per_character`, `top1` and `top3` (share of
/// tokens that are the model's first guess, or among its first three), over every token of the
/// stream with <eos>, read as one stream with the state carried on. `streams` > 1 reads that many
/// parts side by side, each part but the first begun without its history: quicker, a hair
/// pessimistic; for watching a training.
nlohmann::json evaluate_language_model(const LanguageModel& model, const TokenStream& data,
                                       int streams = 1);

}  // namespace weft
