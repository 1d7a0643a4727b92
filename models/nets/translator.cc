#include "models/nets/translator.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_options.h"
#include "models/core/kernels/elementwise.h"

namespace weft {
namespace {

TranslatorOptions checked(TranslatorOptions options, bool joint) {
  const bool is_dot = options.attention == AttentionKind::dot;
  if (options.encoder_hidden == 0)
    options.encoder_hidden = is_dot ? options.hidden / 2 : options.hidden;
  if (is_dot && 2 * options.encoder_hidden != options.hidden)
    throw UserError("--attention dot compares states of one size, so --encoder-hidden (" +
                    std::to_string(options.encoder_hidden) + ") must be half of --hidden (" +
                    std::to_string(options.hidden) + "); use --attention general");
  if (options.tie == TranslatorTie::all && !joint)
    throw UserError(
        "--tie all needs one vocabulary for both languages; use --tie target, or share the "
        "vocabulary");
  return options;
}

Recurrent::Options encoder_options(const TranslatorOptions& options) {
  Recurrent::Options result;
  result.cell = options.cell == GatedCell::lstm ? Cell::lstm : Cell::gru;
  result.layers = options.encoder_layers;
  result.hidden = options.encoder_hidden;
  result.bidirectional = true;
  result.dropout = options.dropout;
  result.dropout_kind = options.dropout_kind;
  return result;
}

AttentionDecoderLayer::Options decoder_options(const TranslatorOptions& options) {
  AttentionDecoderLayer::Options result;
  result.cell = options.cell;
  result.layers = options.decoder_layers;
  result.inputs = options.embedding;
  result.hidden = options.hidden;
  result.memory = 2 * options.encoder_hidden;
  result.attention = options.attention;
  result.dropout = options.dropout;
  result.dropout_kind = options.dropout_kind;
  return result;
}

SequenceShape shape_of(const TokenBatch& batch) {
  return {batch.steps, batch.examples, batch.lengths.data()};
}

}  // namespace

void TranslatorOptions::visit(OptionVisitor& v) {
  v.choice("cell", cell, {"gru", "lstm"}, "recurrent cell");
  v.integer("encoder-layers", encoder_layers, 1, 64, "bidirectional layers of the encoder");
  v.integer("decoder-layers", decoder_layers, 1, kMostDecoderLayers, "layers of the decoder");
  v.integer("hidden", hidden, 1, 65536, "units of a decoder layer");
  v.integer("encoder-hidden", encoder_hidden, 0, 65536,
            "units of an encoder layer a direction; 0: as --hidden, half of it with dot attention");
  v.integer("embedding", embedding, 1, 65536, "size of the word vectors");
  v.choice("attention", attention, {"dot", "general", "additive"},
           "how a source position is compared with the decoder's state");
  v.choice("tie", tie, {"none", "target", "all"},
           "output weights are the target embedding's; all: and the source embedding's");
  v.number("dropout", dropout, 0, 0.99, "share of units dropped while training");
  v.choice("dropout-kind", dropout_kind, {"elements", "sequence"},
           "a mask for each step, or one for a whole sequence");
  v.number("word-dropout", word_dropout, 0, 0.99,
           "share of words dropped from a batch while training");
  v.integer("max-length", max_length, 0, 1 << 30, "tokens read of a source line; 0: all");
  init.visit(v);
}

Translator::Translator(const TranslatorOptions& options, std::shared_ptr<const Tokenizer> source,
                       std::shared_ptr<const Tokenizer> target)
    : Model(std::move(source)),
      target_tokenizer_(std::move(target)),
      options_(checked(options, target_tokenizer_ == nullptr)),
      source_embedding_(
          parameters_, options_.tie == TranslatorTie::all ? "embedding" : "source_embedding",
          tokenizer_->vocabulary().size(), options_.embedding, options_.init.embedding()),
      encoder_(parameters_, "encoder", options_.embedding, encoder_options(options_),
               options_.init),
      decoder_(parameters_, "decoder", decoder_options(options_), options_.init) {
  const Initializer weights = options_.init.input_weights();
  const int E = options_.embedding, H = options_.hidden;
  const int V = target_tokenizer().vocabulary().size();
  for (int l = 0; l < options_.decoder_layers; ++l) {
    const std::string name = "bridge." + std::to_string(l);
    hidden_bridges_.emplace_back(parameters_, name + ".hidden", 2 * options_.encoder_hidden, H,
                                 weights);
    if (options_.cell == GatedCell::lstm)
      cell_bridges_.emplace_back(parameters_, name + ".cell", 2 * options_.encoder_hidden, H,
                                 weights);
  }
  if (options_.tie != TranslatorTie::all)
    target_embedding_.emplace(parameters_, "target_embedding", V, E, options_.init.embedding());
  if (options_.tie == TranslatorTie::none)
    output_ =
        &parameters_.add("output.weight", static_cast<Index>(V), static_cast<Index>(H), weights);
  else if (E != H)
    projection_.emplace(parameters_, "projection", H, E, weights);
  output_bias_ = &parameters_.add("output.bias", static_cast<Index>(V), 1, Initializer::zeros());
}

nlohmann::json Translator::architecture() const { return options_to_json(options_); }

std::vector<int> Translator::encode_source(std::string_view text) const {
  std::vector<int> ids = tokenizer_->encode(text);
  if (options_.max_length > 0)
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(options_.max_length)));
  ids.push_back(kEos);
  return ids;
}

Var Translator::embedded(Tape& tape, const Embedding& table, const TokenBatch& batch) const {
  const SequenceShape shape = shape_of(batch);
  std::vector<int> ids = batch.ids;
  for (std::size_t n = 0; n < ids.size(); ++n) {
    const int position = static_cast<int>(n);
    if (position / batch.examples >= shape.length(position % batch.examples))
      ids[n] = -1;  // zeros, and no gradient for <pad>
  }
  return drop(tape, table(tape, std::move(ids), options_.word_dropout), options_.dropout,
              options_.dropout_kind, shape);
}

// A decoder layer begins where the encoder layer beside it ends, counted from the top.
void Translator::bridge(Tape& tape, const std::vector<RecurrentResult>& finals, Read& read) const {
  for (int l = 0; l < options_.decoder_layers; ++l) {
    const int beside = std::max(0, options_.encoder_layers - options_.decoder_layers + l);
    const std::size_t k = 2 * static_cast<std::size_t>(beside), layer = static_cast<std::size_t>(l);
    const auto begin = [&](const Dense& dense, Var forward, Var backward) {
      return activate(tape, dense(tape, stack_rows(tape, forward, backward)), Activation::tanh);
    };
    read.start.hidden.push_back(
        begin(hidden_bridges_[layer], finals[k].final_hidden, finals[k + 1].final_hidden));
    if (options_.cell == GatedCell::lstm)
      read.start.cell.push_back(
          begin(cell_bridges_[layer], finals[k].final_cell, finals[k + 1].final_cell));
  }
}

Translator::Read Translator::read(Tape& tape, const TokenBatch& source) const {
  const SequenceShape shape = shape_of(source);
  RecurrentState nothing_read;
  std::vector<RecurrentResult> finals;
  const Var states = encoder_(tape, embedded(tape, source_embedding_, source), shape, nothing_read,
                              nullptr, &finals);
  Read read;
  read.memory = decoder_.memory(tape, pack_sequences(tape, states, shape));
  read.starts.push_back(0);
  for (const int length : source.lengths) read.starts.push_back(read.starts.back() + length);
  read.memory.starts = read.starts.data();
  read.memory.sentences = source.examples;
  bridge(tape, finals, read);
  return read;
}

Var Translator::projected(Tape& tape, Var attended) const {
  return projection_ ? (*projection_)(tape, attended) : attended;
}

Var Translator::features(Tape& tape, const TokenBatch& source, const TokenBatch& target_inputs,
                         const int* targets) const {
  const Read read = this->read(tape, source);
  const SequenceShape shape = shape_of(target_inputs);
  Var h = decoder_(tape, embedded(tape, target_embedding(), target_inputs), shape, read.memory,
                   read.start)
              .attended;
  h = drop(tape, h, options_.dropout, options_.dropout_kind, shape);
  std::vector<int> counted;
  for (Index n = 0; n < shape.columns(); ++n)
    if (targets[n] >= 0) counted.push_back(static_cast<int>(n));
  if (counted.size() < shape.columns()) h = select_columns(tape, h, counted.data(), counted.size());
  return projected(tape, h);
}

namespace {

std::vector<int> counted_targets(const int* targets, Index count) {
  std::vector<int> counted;
  std::copy_if(targets, targets + count, std::back_inserter(counted),
               [](int target) { return target >= 0; });
  return counted;
}

}  // namespace

Var Translator::loss(Tape& tape, const TokenBatch& source, const TokenBatch& target_inputs,
                     const int* targets, double smoothing) const {
  const Var x = features(tape, source, target_inputs, targets);
  const std::vector<int> counted = counted_targets(targets, shape_of(target_inputs).columns());
  const Var bias = tape.parameter(*output_bias_);
  if (output_)
    return affine_cross_entropy(tape, tape.parameter(*output_), x, bias, counted.data(), smoothing);
  return affine_transposed_cross_entropy(tape, tape.parameter(target_embedding().table()), x, bias,
                                         counted.data(), smoothing);
}

Var Translator::scores(Tape& tape, Var features) const {
  const Var bias = tape.parameter(*output_bias_);
  if (output_) return affine(tape, tape.parameter(*output_), features, bias);
  return affine_transposed(tape, tape.parameter(target_embedding().table()), features, bias);
}

std::vector<double> Translator::log_likelihoods(const TokenBatch& source,
                                                const TokenBatch& target_inputs,
                                                const std::vector<int>& targets) const {
  Tape tape;
  const Var x = features(tape, source, target_inputs, targets.data());
  const std::vector<int> counted = counted_targets(targets.data(), targets.size());
  std::vector<double> of_counted(counted.size()), result(targets.size(), 0);
  weft::log_likelihoods(scores(tape, x).value(), counted.data(), of_counted.data());
  for (std::size_t n = 0, k = 0; n < targets.size(); ++n)
    if (targets[n] >= 0) result[n] = of_counted[k++];
  return result;
}

std::vector<double> Translator::fingerprint(const std::string& input) const {
  constexpr int kSteps = 4;
  constexpr Index kShown = 4;
  const std::vector<int> ids = encode_source(input);
  Tape tape;
  Encoded encoded;
  encode(tape, make_token_batch({&ids}), encoded);
  State state = encoded.state;
  std::vector<double> numbers;
  for (int t = 0; t < kSteps; ++t) {
    const int token =
        t ? std::min(kSpecialIds + t, target_tokenizer().vocabulary().size() - 1) : kBos;
    const Matrix& z = step(tape, encoded, state, {0}, {token}).scores.value();
    const double log_sum = kernels::elementwise().log_sum_exp(z.n_rows, z.memptr());
    for (Index i = 0; i < std::min(z.n_rows, kShown); ++i)
      numbers.push_back(static_cast<double>(z[i * (z.n_rows / kShown)]) - log_sum);
  }
  return numbers;
}

}  // namespace weft
