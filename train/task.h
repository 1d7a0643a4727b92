// What is trained on what: the trainer's view of a model with its data.
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "models/core/tape.h"
#include "models/nets/model.h"

namespace weft {

/// What any model of text can be asked, for the model file's self-test.
inline const std::vector<std::string> kSelfTestLines = {"", "the", "I would like to"};

struct Report;

/// Measures of a model on held-out data, by the names of the command line contract
/// (`accuracy`, `perplexity`, …), and the one that chooses the best model.
struct Evaluation {
  nlohmann::json measures;  // as `weft test --json` prints them
  std::string criterion;    // the deciding key
  double value = 0;         // its value
  bool higher_is_better = false;

  /// By the criterion, and by the lower `loss` where that is equal.
  bool better_than(const Evaluation& other) const {
    if (value == other.value) return loss() < other.loss();
    return higher_is_better ? value > other.value : value < other.value;
  }

 private:
  /// Decides between equal values: few examples take few accuracies.
  double loss() const {
    const auto found = measures.find("loss");
    if (found == measures.end() || !found->is_number()) return HUGE_VAL;
    const double loss = found->get<double>();
    return std::isnan(loss) ? HUGE_VAL : loss;
  }
};

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  virtual Model& model() = 0;
  /// Makes the next batch current; false at the end of an epoch, after which the next call begins
  /// another one.
  virtual bool next_batch() = 0;
  /// The current batch's loss: a mean per target (token, example), natural logarithms.
  virtual Var loss(Tape& tape) = 0;
  /// Targets in the current batch (tokens or examples) that loss() averages over.
  virtual std::uint64_t batch_targets() const = 0;
  /// Targets an epoch, 0 if not known before the first.
  virtual std::uint64_t epoch_targets() const = 0;
  /// Updates an epoch, 0 if not known.
  virtual std::uint64_t epoch_updates() const = 0;
  /// What the learning rate of the current batch is multiplied by.
  virtual double rate_factor() const { return 1; }
  /// On the validation data; null measures if there are none.
  virtual Evaluation validate() = 0;

  /// The finished model on the validation data as `weft test` would measure it, for a task whose
  /// validate() takes a short cut; null for others.
  virtual nlohmann::json final_measures() { return nullptr; }

  /// Adds pictures of what the finished model does.
  virtual void illustrate(Report&) const {}

  /// Position in the corpus, random streams, carried states: everything that decides what comes
  /// next. restore(state()) on a fresh task continues to the same bytes.
  virtual nlohmann::json state() const = 0;
  virtual void restore(const nlohmann::json& state) = 0;
  /// A few inputs for the model file's self-test.
  virtual std::vector<std::string> self_test_inputs() const = 0;
};

}  // namespace weft
