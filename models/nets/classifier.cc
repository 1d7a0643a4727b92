#include "models/nets/classifier.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/error.h"
#include "base/json_options.h"
#include "models/nets/classifier_checks.h"

namespace weft {
namespace {

using Arch = ClassifierArch;

bool linear(Arch arch) { return arch == Arch::perceptron || arch == Arch::logistic; }

Cell cell_of(Arch arch) {
  return arch == Arch::rnn ? Cell::rnn : arch == Arch::gru ? Cell::gru : Cell::lstm;
}

Recurrent::Options recurrent_options(const ClassifierOptions& options) {
  Recurrent::Options result;
  result.cell = cell_of(options.arch);
  result.layers = options.layers;
  result.hidden = options.hidden;
  result.bidirectional = options.bidirectional;
  result.dropout = options.dropout;
  result.dropout_kind = options.dropout_kind;
  return result;
}

NgramTable ngram_table(const ClassifierOptions& options, const Tokenizer& tokenizer) {
  return {tokenizer.vocabulary().size(), options.ngrams, options.ngrams > 1 ? options.buckets : 0};
}

Var zeros(Tape& tape, int rows, int columns) {
  Var result = tape.output(static_cast<Index>(rows), static_cast<Index>(columns), {});
  tape.value(result).zeros();
  return result;
}

}  // namespace

void ClassifierOptions::visit(OptionVisitor& v) {
  v.choice("arch", arch, {"perceptron", "logistic", "bow", "mlp", "rnn", "gru", "lstm"},
           "architecture");
  const std::vector<std::string> recurrent_archs = {"rnn", "gru", "lstm"};
  v.only_for("arch", {"mlp", "rnn", "gru", "lstm"}, [&] {
    v.integer("layers", layers, 1, 64, "hidden layers");
    v.integer("hidden", hidden, 1, 65536, "units a layer");
  });
  v.only_for("arch", {"bow", "mlp", "rnn", "gru", "lstm"},
             [&] { v.integer("embedding", embedding, 1, 65536, "size of the word vectors"); });
  v.only_for("arch", recurrent_archs, [&] {
    v.flag("bidirectional", bidirectional, "read from both ends");
    v.choice("pooling", pooling, {"last", "mean", "max", "attention"},
             "how the states of all steps become one");
  });
  v.only_for("arch", {"mlp"}, [&] {
    v.choice("activation", activation,
             {"linear", "sigmoid", "tanh", "relu", "leaky-relu", "noisy-relu", "softplus", "gelu"},
             "of the hidden layers");
  });
  v.number("dropout", dropout, 0, 0.99, "share of units dropped while training");
  v.choice("dropout-kind", dropout_kind, {"elements", "sequence"},
           "a mask for each step, or one for a whole sequence");
  v.only_for("arch", recurrent_archs, [&] {
    v.number("word-dropout", word_dropout, 0, 0.99,
             "share of words dropped from a batch while training");
  });
  v.only_for("arch", {"perceptron", "logistic", "bow", "mlp"}, [&] {
    v.integer("ngrams", ngrams, 1, 16, "tokens in the longest n-gram");
    v.integer("buckets", buckets, 1, 1 << 28, "columns that n-grams share by their hash");
  });
  v.number("naive-bayes", naive_bayes, 0, 100,
           "begin at X times the log-count ratios of naive Bayes; 0: as --init says");
  v.integer("max-length", max_length, 0, 1 << 30, "tokens read of a text; 0: all");
  init.visit(v);
}

Classifier::Classifier(const ClassifierOptions& options, std::shared_ptr<const Tokenizer> tokenizer,
                       int features, std::vector<std::string> labels, bool multi_label)
    : Model(std::move(tokenizer)),
      options_(options),
      features_(features),
      labels_(std::move(labels)),
      multi_label_(multi_label) {
  if ((features_ == 0) == (tokenizer_ == nullptr))
    throw std::logic_error("a classifier reads either text or rows of numbers");
  check_classifier(options_, features_ == 0, labels_, multi_label_);
  if (linear(options_.arch))
    build_linear();
  else
    output_.emplace(parameters_, "output", build_hidden(), static_cast<int>(labels_.size()),
                    options_.init.input_weights());
}

// Their loss is convex, so they begin at zero.
void Classifier::build_linear() {
  const int L = static_cast<int>(labels_.size());
  if (features_) {
    output_.emplace(parameters_, "output", features_, L, Initializer::zeros());
    return;
  }
  embedding_.emplace(parameters_, "output", ngram_table(options_, *tokenizer_).columns(), L,
                     Initializer::zeros());
  bias_ = &parameters_.add("output.bias", static_cast<Index>(L), 1, Initializer::zeros());
}

// Everything below the output layer, whose number of inputs it returns.
int Classifier::build_hidden() {
  int width = features_;
  if (recurrent()) width = 1;  // a series has one number a step
  if (!features_) {
    width = options_.embedding;
    const int columns = recurrent() ? tokenizer_->vocabulary().size()
                                    : ngram_table(options_, *tokenizer_).columns();
    embedding_.emplace(parameters_, "embedding", columns, width, options_.init.embedding());
  }
  if (recurrent()) {
    recurrent_.emplace(parameters_, "recurrent", width, recurrent_options(options_), options_.init);
    width = recurrent_->outputs();
    if (options_.pooling == Pooling::attention)
      attention_.emplace(parameters_, "attention", width, 1, options_.init.input_weights());
  }
  if (options_.arch != Arch::mlp) return width;
  for (int layer = 0; layer < options_.layers; ++layer) {
    hidden_.emplace_back(parameters_, "hidden." + std::to_string(layer), width, options_.hidden,
                         options_.init.input_weights());
    width = options_.hidden;
  }
  return width;
}

nlohmann::json Classifier::architecture() const {
  nlohmann::json object = options_to_json(options_);
  object["labels"] = labels_;
  object["multi_label"] = multi_label_;
  object["features"] = features_;
  return object;
}

SequenceShape Classifier::shape(const ClassifierInput& input) const {
  if (features_) return {features_, static_cast<int>(input.values.n_cols), nullptr};
  return {input.tokens.steps, input.tokens.examples, input.tokens.lengths.data()};
}

// What the recurrent layers read, D × (T·B): word vectors, or the numbers of the rows step by step.
Var Classifier::sequence(Tape& tape, const ClassifierInput& input) const {
  const SequenceShape s = shape(input);
  if (features_) {
    Var x = tape.output(1, s.columns(), {});
    for (Index n = 0; n < s.columns(); ++n) {
      const Index B = input.values.n_cols;
      tape.value(x)[n] = input.values(n / B, n % B);
    }
    return x;
  }
  std::vector<int> ids = input.tokens.ids;
  for (std::size_t n = 0; n < ids.size(); ++n) {
    const int B = s.examples, position = static_cast<int>(n);
    if (position / B >= s.length(position % B)) ids[n] = -1;  // zeros, and no gradient for <pad>
  }
  return drop(tape, (*embedding_)(tape, ids, options_.word_dropout), options_.dropout,
              options_.dropout_kind, s);
}

Var Classifier::states(Tape& tape, const ClassifierInput& input, Var* last) const {
  RecurrentState state;  // nothing has been read
  return (*recurrent_)(tape, sequence(tape, input), shape(input), state, last);
}

Var Classifier::hidden(Tape& tape, const ClassifierInput& input) const {
  if (!recurrent()) return {};
  if (shape(input).columns() == 0) return zeros(tape, recurrent_->outputs(), 0);
  return states(tape, input, nullptr);
}

Var Classifier::pooled_states(Tape& tape, const ClassifierInput& input) const {
  const SequenceShape s = shape(input);
  if (s.columns() == 0) return zeros(tape, recurrent_->outputs(), s.examples);
  Var last;
  const Var h = states(tape, input, &last);  // H × (T·B)
  switch (options_.pooling) {
    case Pooling::last:
      return last;
    case Pooling::mean:
      return mean_over_time(tape, h, s);
    case Pooling::max:
      return max_over_time(tape, h, s);
    case Pooling::attention:
      break;
  }
  return attention_over_time(tape, h, (*attention_)(tape, h), s);
}

// Of a linear model the sum of its features' weights, L × B, else the mean of their vectors, E × B.
Var Classifier::bags(Tape& tape, const TokenBatch& tokens) const {
  const Bags found = features_of(tokens);
  const std::vector<real> weights =
      linear(options_.arch) ? unit_weights(found) : std::vector<real>();
  return lookup_bags(tape, embedding_->table(), found.ids.data(), found.offsets.data(),
                     weights.empty() ? nullptr : weights.data(), found.offsets.size() - 1);
}

// One vector an example, what the output layer reads.
Var Classifier::pooled(Tape& tape, const ClassifierInput& input) const {
  if (recurrent()) return dropout(tape, pooled_states(tape, input), options_.dropout);
  Var x = features_ ? tape.constant(input.values) : bags(tape, input.tokens);
  if (options_.arch == Arch::bow) x = dropout(tape, x, options_.dropout);
  for (const Dense& layer : hidden_)
    x = dropout(tape, layer(tape, x, options_.activation), options_.dropout);
  return x;
}

Var Classifier::logits(Tape& tape, const ClassifierInput& input) const {
  if (features_ && input.values.n_rows != static_cast<Index>(features_))
    throw std::logic_error("a row has another number of features than the classifier");
  const int B = shape(input).examples;
  if (B == 0) return zeros(tape, static_cast<int>(labels_.size()), 0);
  const Var x = pooled(tape, input);
  if (output_) return (*output_)(tape, x);
  const std::vector<int> first(static_cast<std::size_t>(B), 0);  // the bias, once an example
  return add(tape, x, lookup(tape, *bias_, first.data(), first.size()));
}

Var Classifier::loss(Tape& tape, const ClassifierInput& input,
                     const std::vector<std::vector<int>>& targets, double smoothing) const {
  const Var scores = logits(tape, input);
  if (multi_label_) {
    Matrix wanted(scores.rows(), scores.cols());
    wanted.fill(static_cast<real>(smoothing / 2));
    for (std::size_t n = 0; n < targets.size(); ++n)
      for (const int label : targets[n])
        wanted(static_cast<Index>(label), n) = static_cast<real>(1 - smoothing / 2);
    return sigmoid_cross_entropy(tape, scores, wanted);
  }
  std::vector<int> wanted;
  for (const std::vector<int>& labels : targets) wanted.push_back(labels.empty() ? -1 : labels[0]);
  if (options_.arch == Arch::perceptron) return perceptron_loss(tape, scores, wanted.data());
  return softmax_cross_entropy(tape, scores, wanted.data(), smoothing);
}

Matrix Classifier::probabilities(const ClassifierInput& input) const {
  Tape tape;
  const Var scores = logits(tape, input);
  if (scores.cols() == 0) return scores.value();
  return multi_label_ ? activate(tape, scores, Activation::sigmoid).value()
                      : softmax(tape, scores).value();
}

std::vector<int> Classifier::encode(std::string_view text) const {
  std::vector<int> ids = tokenizer_->encode(text);
  if (options_.max_length > 0)
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(options_.max_length)));
  return ids;
}

Bags Classifier::features_of(const TokenBatch& texts) const {
  return make_bags(texts, ngram_table(options_, *tokenizer_), linear(options_.arch));
}

std::vector<double> Classifier::fingerprint(const std::string& input) const {
  ClassifierInput read;
  if (features_) {
    read.values = read_values(input, features_);
  } else {
    const std::vector<int> ids = encode(input);
    read.tokens = make_token_batch({&ids});
  }
  const Matrix answer = probabilities(read);
  return {answer.begin(), answer.end()};
}

}  // namespace weft
