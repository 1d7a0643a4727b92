#include "models/nets/language_model.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_options.h"
#include "models/core/kernels/elementwise.h"
#include "models/layers/adaptive_softmax.h"
#include "models/layers/mixture_softmax.h"
#include "models/layers/sampled_softmax.h"

namespace weft {
namespace {

/// The dropout of one place.
double rate(const LanguageModelOptions& options, double of_place) {
  return of_place < 0 ? options.dropout : of_place;
}

/// How many numbers the output layer reads of a position.
int output_size(const LanguageModelOptions& options) {
  if (options.last_hidden > 0) return options.last_hidden;
  return options.tie ? options.embedding : options.hidden;
}

Recurrent::Options recurrent_options(const LanguageModelOptions& options) {
  Recurrent::Options result;
  result.cell = options.cell;
  result.mogrifier_rounds = options.mogrifier_rounds;
  result.layers = options.layers;
  result.hidden = options.hidden;
  result.last_hidden = output_size(options);
  result.dropout = rate(options, options.layer_dropout);
  result.dropout_kind = options.dropout_kind;
  result.weight_drop = options.weight_drop;
  return result;
}

void check_cutoffs(const std::vector<std::int64_t>& cutoffs, int vocabulary) {
  for (std::size_t i = 0; i < cutoffs.size(); ++i)
    if (cutoffs[i] < 1 || cutoffs[i] >= vocabulary || (i > 0 && cutoffs[i] <= cutoffs[i - 1]))
      throw UserError("--cutoffs must rise and lie below the vocabulary's size (" +
                      std::to_string(vocabulary) + "); leave them out to have them chosen");
}

LanguageModelOptions checked(LanguageModelOptions options, int vocabulary) {
  if (options.embedding == 0) options.embedding = options.hidden;
  const bool adaptive = options.output == OutputKind::adaptive;
  if (options.tie && adaptive)
    throw UserError(
        "--tie needs --output full, sampled or mixture: an adaptive output has no weights in "
        "the embedding's shape");
  if (options.tie && options.output != OutputKind::mixture && options.last_hidden > 0 &&
      options.last_hidden != options.embedding)
    throw UserError(
        "--last-hidden must be as large as the embedding with --tie, except with "
        "--output mixture; leave it out");
  if (!options.cutoffs.empty() && !adaptive) throw UserError("--cutoffs needs --output adaptive");
  if (adaptive && options.cutoffs.empty())
    options.cutoffs = AdaptiveSoftmax::default_cutoffs(vocabulary);
  check_cutoffs(options.cutoffs, vocabulary);
  return options;
}

std::unique_ptr<const OutputLayer> make_mixture(ParameterStore& store,
                                                const LanguageModelOptions& options, int vocabulary,
                                                const Parameter& embedding) {
  const std::string name = "output";
  MixtureSoftmax::Options mixture;
  mixture.components = options.mixture_components;
  mixture.dropout = rate(options, options.latent_dropout);
  mixture.dropout_kind = options.dropout_kind;
  if (options.tie)
    return std::make_unique<MixtureSoftmax>(store, name, output_size(options), embedding, mixture,
                                            options.init);
  return std::make_unique<MixtureSoftmax>(store, name, output_size(options), options.embedding,
                                          vocabulary, mixture, options.init);
}

std::unique_ptr<const OutputLayer> make_output(ParameterStore& store,
                                               const LanguageModelOptions& options, int vocabulary,
                                               const Parameter& embedding) {
  const std::string name = "output";
  const Initializer weights = options.init.input_weights();
  switch (options.output) {
    case OutputKind::adaptive:
      return std::make_unique<AdaptiveSoftmax>(store, name, output_size(options), vocabulary,
                                               options.cutoffs, weights);
    case OutputKind::sampled:
      if (options.tie)
        return std::make_unique<SampledSoftmax>(store, name, embedding, options.samples);
      return std::make_unique<SampledSoftmax>(store, name, output_size(options), vocabulary,
                                              options.samples, weights);
    case OutputKind::mixture:
      return make_mixture(store, options, vocabulary, embedding);
    case OutputKind::full:
      break;
  }
  if (options.tie) return std::make_unique<TiedSoftmax>(store, name, embedding);
  return std::make_unique<FullSoftmax>(store, name, output_size(options), vocabulary, weights);
}

SequenceShape shape_of(const TokenBatch& batch) {
  return {batch.steps, batch.examples, batch.lengths.data()};
}

void to_log_probabilities(Matrix& scores) {
  const auto& kernel = kernels::elementwise();
  for (Index j = 0; j < scores.n_cols; ++j)
    scores.col(j) -= static_cast<real>(kernel.log_sum_exp(scores.n_rows, scores.colptr(j)));
}

}  // namespace

void LanguageModelOptions::visit(OptionVisitor& v) {
  v.choice("cell", cell, {"rnn", "gru", "lstm", "cifg", "mogrifier", "layer-norm"},
           "recurrent cell; LSTMs besides the plain one: with coupled gates, gated by its input, "
           "layer-normalised");
  v.only_for("cell", {"mogrifier"}, [&] {
    v.integer("mogrifier-rounds", mogrifier_rounds, 1, kMostMogrifierRounds,
              "how often input and state gate each other before a step");
  });
  v.integer("layers", layers, 1, 64, "recurrent layers");
  v.integer("hidden", hidden, 1, 65536, "units a layer");
  v.integer("embedding", embedding, 0, 65536, "size of the word vectors; 0: as --hidden");
  v.integer("last-hidden", last_hidden, 0, 65536,
            "units of the last layer; 0: as --hidden or, with --tie, as the embedding");
  v.flag("tie", tie, "use the embedding as output weights, too; the last layer has its size");
  v.choice("output", output, {"full", "adaptive", "sampled", "mixture"},
           "softmax over the vocabulary; for a large one: rare words in cheap clusters, or trained "
           "on samples; for better predictions at a higher price: a mixture of softmaxes");
  v.only_for("output", {"adaptive"}, [&] {
    v.integers("cutoffs", cutoffs, 1, std::numeric_limits<int>::max(),
               "rank of the first word of each cluster; empty: chosen");
  });
  v.only_for("output", {"sampled"},
             [&] { v.integer("samples", samples, 1, 1 << 24, "words drawn for each update"); });
  v.only_for("output", {"mixture"},
             [&] { v.integer("mixture-components", mixture_components, 1, 1000, "softmaxes"); });
  v.number("dropout", dropout, 0, 0.99, "share of units dropped while training");
  v.choice("dropout-kind", dropout_kind, {"elements", "sequence"},
           "a mask for each step, or one for a whole sequence");
  v.number("input-dropout", input_dropout, -1, 0.99, "on the embedding; -1: as --dropout");
  v.number("layer-dropout", layer_dropout, -1, 0.99, "between layers; -1: as --dropout");
  v.number("output-dropout", output_dropout, -1, 0.99, "before the output; -1: as --dropout");
  v.only_for("output", {"mixture"}, [&] {
    v.number("latent-dropout", latent_dropout, -1, 0.99,
             "on the vectors of its components; -1: as --dropout");
  });
  v.number("word-dropout", word_dropout, 0, 0.99,
           "share of words dropped from a batch while training");
  v.number("weight-drop", weight_drop, 0, 0.99,
           "share of recurrent weights dropped while training (DropConnect)");
  v.number("activation-penalty", activation_penalty, 0, 1e6,
           "penalty on large activations of the last layer (AR)");
  v.number("temporal-penalty", temporal_penalty, 0, 1e6,
           "penalty on their changes from step to step (TAR)");
  init.visit(v);
}

LanguageModel::LanguageModel(const LanguageModelOptions& options,
                             std::shared_ptr<const Tokenizer> tokenizer)
    : NextTokenModel(std::move(tokenizer)),
      options_(checked(options, tokenizer_->vocabulary().size())),
      embedding_(parameters_, "embedding", tokenizer_->vocabulary().size(), options_.embedding,
                 options_.init.embedding()),
      recurrent_(parameters_, "recurrent", options_.embedding, recurrent_options(options_),
                 options_.init),
      output_(make_output(parameters_, options_, tokenizer_->vocabulary().size(),
                          embedding_.table())) {}

nlohmann::json LanguageModel::architecture() const { return options_to_json(options_); }

Var LanguageModel::hidden(Tape& tape, const TokenBatch& batch, RecurrentState& state) const {
  const SequenceShape shape = shape_of(batch);
  Var x = embedding_(tape, batch.ids, options_.word_dropout);  // E × (T·B)
  x = drop(tape, x, rate(options_, options_.input_dropout), options_.dropout_kind, shape);
  return recurrent_(tape, x, shape, state);
}

Var LanguageModel::dropped(Tape& tape, Var hidden, const TokenBatch& batch) const {
  return drop(tape, hidden, rate(options_, options_.output_dropout), options_.dropout_kind,
              shape_of(batch));
}

Var LanguageModel::loss(Tape& tape, const TokenBatch& batch, const int* targets,
                        RecurrentState& state) const {
  const Var h = hidden(tape, batch, state), seen = dropped(tape, h, batch);
  Var loss = output_->loss(tape, seen, targets, shape_of(batch));
  if (options_.activation_penalty > 0)
    loss = add(tape, loss, activation_penalty(tape, seen, options_.activation_penalty));
  if (options_.temporal_penalty > 0)
    loss = add(tape, loss, temporal_penalty(tape, h, options_.temporal_penalty, batch.examples));
  return loss;
}

LanguageModel::Reading LanguageModel::reading(Tape& tape, const TokenBatch& batch,
                                              RecurrentState& state) const {
  const Var seen = dropped(tape, hidden(tape, batch, state), batch);
  return {seen, output_->scores(tape, seen)};
}

Matrix LanguageModel::step(State& state, const std::vector<int>& tokens) const {
  Tape tape;
  TokenBatch batch;
  batch.steps = 1;
  batch.examples = static_cast<int>(tokens.size());
  batch.ids = tokens;
  batch.lengths.assign(tokens.size(), 1);
  Matrix scores = logits(tape, batch, state.recurrent).value();
  to_log_probabilities(scores);
  return scores;
}

Matrix LanguageModel::read(State& state, const std::vector<int>& prefix, Matrix* hidden) const {
  if (prefix.empty()) return read(state, {kEos}, hidden);
  // Bounds the memory that a very long prefix needs, and spares a short one oneDNN, which takes
  // longer to make its code than a product of few columns takes.
  constexpr std::size_t kStretch = kernels::kFewColumns;
  Tape tape;
  Matrix last;
  for (std::size_t begin = 0; begin < prefix.size(); begin += kStretch) {
    const std::size_t end = std::min(prefix.size(), begin + kStretch);
    const std::vector<int> ids(prefix.begin() + static_cast<std::ptrdiff_t>(begin),
                               prefix.begin() + static_cast<std::ptrdiff_t>(end));
    const int length = static_cast<int>(ids.size());
    tape.reset();
    const SequenceShape shape{length, 1, &length};
    const Matrix& h = recurrent_(tape, embedding_(tape, ids), shape, state.recurrent).value();
    if (hidden) *hidden = arma::join_rows(*hidden, h);
    last = h.tail_cols(1);
  }
  Matrix scores = output_->scores(tape, tape.constant(last)).value();
  to_log_probabilities(scores);
  return scores;
}

namespace {

/// One sequence's state, and what comes next.
struct NetworkReading : NextTokenModel::Reading {
  NetworkReading(Matrix next, RecurrentState after)
      : Reading(std::move(next)), state(std::move(after)) {}
  RecurrentState state;
};

const RecurrentState& state_of(const NextTokenModel::ReadingPointer& reading) {
  return static_cast<const NetworkReading&>(*reading).state;
}

/// Column n is the one column of states[n]; and back.
std::vector<Matrix> side_by_side(const std::vector<NextTokenModel::ReadingPointer>& readings,
                                 std::vector<Matrix> RecurrentState::*part) {
  std::vector<Matrix> result((state_of(readings.front()).*part).size());
  for (std::size_t layer = 0; layer < result.size(); ++layer) {
    const Matrix& first = (state_of(readings.front()).*part)[layer];
    if (first.is_empty()) continue;
    result[layer].set_size(first.n_rows, readings.size());
    for (std::size_t n = 0; n < readings.size(); ++n)
      result[layer].col(n) = (state_of(readings[n]).*part)[layer];
  }
  return result;
}

std::vector<Matrix> column(const std::vector<Matrix>& matrices, std::size_t n) {
  std::vector<Matrix> result;
  for (const Matrix& matrix : matrices)
    result.push_back(matrix.is_empty() ? Matrix() : Matrix(matrix.col(n)));
  return result;
}

}  // namespace

NextTokenModel::ReadingPointer LanguageModel::begin() const {
  State state;
  Matrix next = read(state, {kEos});
  return std::make_shared<NetworkReading>(std::move(next), std::move(state.recurrent));
}

std::vector<NextTokenModel::ReadingPointer> LanguageModel::advance(
    const std::vector<ReadingPointer>& readings, const std::vector<int>& tokens) const {
  State state;
  state.recurrent.hidden = side_by_side(readings, &RecurrentState::hidden);
  state.recurrent.cell = side_by_side(readings, &RecurrentState::cell);
  const Matrix next = step(state, tokens);
  std::vector<ReadingPointer> result;
  for (std::size_t n = 0; n < tokens.size(); ++n)
    result.push_back(std::make_shared<NetworkReading>(
        Matrix(next.col(n)),
        RecurrentState{column(state.recurrent.hidden, n), column(state.recurrent.cell, n)}));
  return result;
}

NextTokenModel::ReadingPointer LanguageModel::read(const ReadingPointer& reading,
                                                   const std::vector<int>& tokens,
                                                   Matrix* hidden) const {
  if (tokens.empty()) return reading;
  State state{state_of(reading)};
  Matrix next = read(state, tokens, hidden);
  return std::make_shared<NetworkReading>(std::move(next), std::move(state.recurrent));
}

const Matrix& LanguageModel::hidden(const ReadingPointer& reading) {
  return state_of(reading).hidden.back();
}

std::vector<double> LanguageModel::fingerprint(const std::string& input) const {
  State state;
  std::vector<int> ids{kEos};
  for (int id : tokenizer_->encode(input)) ids.push_back(id);
  const Matrix next = read(state, ids);
  const Index shown = std::min<Index>(next.n_rows, 16);
  std::vector<double> numbers;
  for (Index i = 0; i < shown; ++i)
    numbers.push_back(static_cast<double>(next(i * (next.n_rows / shown), 0)));
  return numbers;
}

}  // namespace weft
