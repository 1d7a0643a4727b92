// Training and measuring autoencoders.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "corpora/feature_table.h"
#include "models/nets/autoencoder.h"
#include "train/task.h"

namespace weft {

struct AutoencoderTaskOptions {
  int batch_size = 128;
  void visit(OptionVisitor& v);
};

class AutoencoderTask : public TrainingTask {
 public:
  /// `valid` may be null. The tables must live as long as the task and have the model's features.
  AutoencoderTask(Autoencoder& model, const AutoencoderTaskOptions& options,
                  const FeatureTable& train, const FeatureTable* valid, std::uint64_t seed);

  Model& model() override { return model_; }
  bool next_batch() override;
  Var loss(Tape& tape) override { return model_.loss(tape, batch_); }
  std::uint64_t batch_targets() const override { return batch_.n_cols; }
  std::uint64_t epoch_targets() const override { return train_.examples(); }
  std::uint64_t epoch_updates() const override;
  /// As evaluate_features() measures with the noise of the training. The best model has the least
  /// `mse`; with softmax, where that says little, the least `loss`.
  Evaluation validate() override;
  /// Pictures of what the model does with the validation data (without: the training data).
  void illustrate(Report& report) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;
  std::vector<std::string> self_test_inputs() const override;

 private:
  void begin_epoch();

  Autoencoder& model_;
  std::size_t batch_size_;
  const FeatureTable& train_;
  const FeatureTable* valid_;
  RandomStream random_;             // as it was before this epoch's order was drawn
  std::vector<std::size_t> order_;  // empty: an epoch has to begin
  std::size_t next_ = 0;
  Matrix batch_;
};

/// Examples [begin, end) of a table as columns.
Matrix columns_of(const FeatureTable& table, std::size_t begin, std::size_t end);

/// `examples`, `squared_error` (an example: Σ (restored − x)²), `mse` (a feature). With noise: what
/// is restored from noisy inputs, against the clean ones; `noisy_mse` is the noise's own. Noise is
/// the same in each call. Of a softmax autoencoder, x is the features' shares in their sum. Of an
/// autoencoder `loss`: the reconstruction error it is trained for.
nlohmann::json evaluate_features(const FeatureModel& model, const FeatureTable& data,
                                 const Noise& noise = {});

/// C × examples.
Matrix encode_table(const FeatureModel& model, const FeatureTable& data);

/// A few inputs for a model's self-test, as `weft encode` reads them: texts, or rows of `data`.
std::vector<std::string> self_test_samples(const FeatureModel& model, const FeatureTable& data);

/// A table of the kind of the model's training data. Throws FormatError if the file's data are of
/// another kind or width.
FeatureTable read_table(const FeatureModel& model, const FeatureFile& file);

}  // namespace weft
