#include "models/nets/language_model.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_options.h"
#include "models/core/kernels/elementwise.h"

namespace weft {
namespace {

Recurrent::Options recurrent_options(const LanguageModelOptions& options) {
  Recurrent::Options result;
  result.cell = options.cell;
  result.layers = options.layers;
  result.hidden = options.hidden;
  result.dropout = options.dropout;
  result.dropout_kind = options.dropout_kind;
  return result;
}

LanguageModelOptions checked(LanguageModelOptions options) {
  if (options.embedding == 0) options.embedding = options.hidden;
  if (options.tie && options.embedding != options.hidden)
    throw UserError("--tie shares the embedding with the output, so --embedding (" +
                    std::to_string(options.embedding) + ") must equal --hidden (" +
                    std::to_string(options.hidden) + "); leave --embedding out");
  return options;
}

void to_log_probabilities(Matrix& scores) {
  const auto& kernel = kernels::elementwise();
  for (Index j = 0; j < scores.n_cols; ++j)
    scores.col(j) -= static_cast<real>(kernel.log_sum_exp(scores.n_rows, scores.colptr(j)));
}

}  // namespace

void LanguageModelOptions::visit(OptionVisitor& v) {
  v.choice("cell", cell, {"rnn", "gru", "lstm"}, "recurrent cell");
  v.integer("layers", layers, 1, 64, "recurrent layers");
  v.integer("hidden", hidden, 1, 65536, "units a layer");
  v.integer("embedding", embedding, 0, 65536, "size of the word vectors; 0: as --hidden");
  v.flag("tie", tie, "use the embedding as output weights, too");
  v.number("dropout", dropout, 0, 0.99, "share of units dropped while training");
  v.choice("dropout-kind", dropout_kind, {"elements", "sequence"},
           "a mask for each step, or one for a whole sequence");
  init.visit(v);
}

LanguageModel::LanguageModel(const LanguageModelOptions& options,
                             std::shared_ptr<const Tokenizer> tokenizer)
    : Model(std::move(tokenizer)),
      options_(checked(options)),
      embedding_(parameters_, "embedding", tokenizer_->vocabulary().size(), options_.embedding,
                 options_.init.embedding()),
      recurrent_(parameters_, "recurrent", options_.embedding, recurrent_options(options_),
                 options_.init) {
  const int vocabulary = tokenizer_->vocabulary().size();
  if (options_.tie)
    tied_bias_ =
        &parameters_.add("output.bias", static_cast<Index>(vocabulary), 1, Initializer::zeros());
  else
    output_.emplace(parameters_, "output", options_.hidden, vocabulary,
                    options_.init.input_weights());
}

nlohmann::json LanguageModel::architecture() const { return options_to_json(options_); }

Var LanguageModel::output(Tape& tape, Var hidden) const {
  if (output_) return (*output_)(tape, hidden);
  return affine_transposed(tape, tape.parameter(embedding_.table()), hidden,
                           tape.parameter(*tied_bias_));
}

Var LanguageModel::logits(Tape& tape, const TokenBatch& batch, RecurrentState& state) const {
  const SequenceShape shape{batch.steps, batch.examples, batch.lengths.data()};
  const double rate = options_.dropout;
  Var x = embedding_(tape, batch.ids);  // E × (T·B)
  x = drop(tape, x, rate, options_.dropout_kind, shape);
  x = recurrent_(tape, x, shape, state);  // H × (T·B), state carried on
  return output(tape, drop(tape, x, rate, options_.dropout_kind, shape));  // V × (T·B)
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

Matrix LanguageModel::read(State& state, const std::vector<int>& prefix) const {
  if (prefix.empty()) return step(state, {kEos});
  constexpr std::size_t kStretch = 512;  // bounds the memory that a very long prefix needs
  Tape tape;
  Matrix last;
  for (std::size_t begin = 0; begin < prefix.size(); begin += kStretch) {
    const std::size_t end = std::min(prefix.size(), begin + kStretch);
    const std::vector<int> ids(prefix.begin() + static_cast<std::ptrdiff_t>(begin),
                               prefix.begin() + static_cast<std::ptrdiff_t>(end));
    const int length = static_cast<int>(ids.size());
    tape.reset();
    const SequenceShape shape{length, 1, &length};
    last = recurrent_(tape, embedding_(tape, ids), shape, state.recurrent).value().tail_cols(1);
  }
  Matrix scores = output(tape, tape.constant(last)).value();
  to_log_probabilities(scores);
  return scores;
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
