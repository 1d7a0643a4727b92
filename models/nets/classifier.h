// Classifiers of texts and of rows of numbers.
//
//   arch                  of a text                                    of a row of numbers
//   perceptron, logistic  its words and n-grams, present or not, each  W x + b
//                         with a weight a label
//   bow                   mean of the vectors of its words and         –
//                         n-grams (Joulin et al. 2017), W x + b
//   mlp                   the same mean, hidden layers                 hidden layers
//   rnn, gru, lstm        vectors of its words, recurrent layers,      the same on a series of one
//                         pooled over time                             number a step
//
// A recurrent network pooled by `last` answers from the state after the last real step of each
// direction. Padding changes nothing; an empty text is answered from a pooled vector of zeros.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "corpora/batch.h"
#include "models/layers/dense.h"
#include "models/layers/embedding.h"
#include "models/layers/recurrent.h"
#include "models/nets/bag_of_ngrams.h"
#include "models/nets/model.h"

namespace weft {

enum class ClassifierArch { perceptron, logistic, bow, mlp, rnn, gru, lstm };
enum class Pooling { last, mean, max, attention };

struct ClassifierOptions {
  ClassifierArch arch = ClassifierArch::lstm;
  int layers = 1;    // recurrent layers, or hidden layers of an mlp
  int hidden = 128;  // units a layer
  int embedding = 100;
  bool bidirectional = false;
  Pooling pooling = Pooling::last;
  Activation activation = Activation::relu;  // of an mlp
  double dropout = 0;
  DropoutKind dropout_kind = DropoutKind::elements;
  double word_dropout = 0;  // rnn, gru, lstm: see Embedding
  int ngrams = 1;        // perceptron, logistic, bow, mlp on text: features up to this many tokens
  int buckets = 262144;  // hashed n-grams of two tokens and more (Joulin et al. 2017)
  double naive_bayes = 0;  // of texts: see begin_at_naive_bayes()
  int max_length = 0;      // longer texts are read to this many tokens only; 0: no limit
  InitOptions init;
  void visit(OptionVisitor& v);
};

/// What a classifier reads: token ids, or rows of numbers (features × N) where the model was built
/// for them.
struct ClassifierInput {
  TokenBatch tokens;
  Matrix values;
};

class Classifier : public Model {
 public:
  /// For texts (`tokenizer` given, `features` 0) or rows of `features` numbers (null tokenizer).
  /// `labels`: their names in the order of the outputs. `multi_label`: any number of labels an
  /// example, each a yes or no of its own. Throws UserError if the options contradict each other.
  Classifier(const ClassifierOptions& options, std::shared_ptr<const Tokenizer> tokenizer,
             int features, std::vector<std::string> labels, bool multi_label);

  std::string kind() const override { return "classifier"; }
  nlohmann::json architecture() const override;
  std::vector<double> fingerprint(const std::string& input) const override;

  /// Scores of each label: L × B. `input` must live until the tape's pass is over.
  Var logits(Tape& tape, const ClassifierInput& input) const;
  /// The hidden state at each step (recurrent architectures, both directions on top of each other):
  /// H × (T·B); an empty Var for others.
  Var hidden(Tape& tape, const ClassifierInput& input) const;
  /// The model's loss for targets (label indexes of each example): softmax cross-entropy with label
  /// smoothing; for several labels binary cross-entropy; for a perceptron its criterion.
  Var loss(Tape& tape, const ClassifierInput& input, const std::vector<std::vector<int>>& targets,
           double smoothing = 0) const;
  /// L × B; each column sums to one, or, for several labels, each entry stands for itself.
  Matrix probabilities(const ClassifierInput& input) const;

  /// Token ids as this model reads them (cut at max_length).
  std::vector<int> encode(std::string_view text) const;
  /// Of texts: the columns of the model's table that stand for the words and n-grams of each one;
  /// of linear models each once.
  Bags features_of(const TokenBatch& texts) const;

  const ClassifierOptions& options() const { return options_; }
  const std::vector<std::string>& labels() const { return labels_; }
  bool multi_label() const { return multi_label_; }
  int features() const { return features_; }
  bool recurrent() const { return options_.arch >= ClassifierArch::rnn; }

 private:
  void build_linear();
  int build_hidden();
  SequenceShape shape(const ClassifierInput& input) const;
  Var sequence(Tape& tape, const ClassifierInput& input) const;
  Var states(Tape& tape, const ClassifierInput& input, Var* last) const;
  Var pooled_states(Tape& tape, const ClassifierInput& input) const;
  Var bags(Tape& tape, const TokenBatch& tokens) const;
  Var pooled(Tape& tape, const ClassifierInput& input) const;

  ClassifierOptions options_;
  int features_;
  std::vector<std::string> labels_;
  bool multi_label_;
  std::optional<Embedding> embedding_;
  std::optional<Recurrent> recurrent_;
  std::optional<Dense> attention_;
  std::vector<Dense> hidden_;
  std::optional<Dense> output_;
  const Parameter* bias_ = nullptr;  // of the linear models on text, whose table is their weight
};

}  // namespace weft
