#include "models/nets/autoencoder.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/json_options.h"

namespace weft {
namespace {

const std::vector<std::string> kActivations = {"linear",     "sigmoid",    "tanh",     "relu",
                                               "leaky-relu", "noisy-relu", "softplus", "gelu"};

constexpr Index kMostUnits = 1 << 28;

void check(const AutoencoderOptions& options, const Sparsity& sparsity) {
  const bool entropy = options.loss == ReconstructionLoss::cross_entropy;
  if (entropy && options.output == OutputUnits::linear)
    throw UserError("--loss cross-entropy needs --output sigmoid or softmax");
  if (!entropy && options.output == OutputUnits::softmax)
    throw UserError("--output softmax needs --loss cross-entropy");
  if (sparsity.kind == Sparsity::Kind::kl && options.code_activation != Activation::sigmoid)
    throw UserError(
        "--sparsity kl needs a code between 0 and 1; set --code-activation sigmoid, or choose l1");
}

}  // namespace

void AutoencoderOptions::visit(OptionVisitor& v) {
  v.integers("convolutions", convolutions, 1, 4096,
             "channels of convolutional layers between the pixels and the hidden layers; each "
             "halves height and width");
  v.integers("layers", layers, 1, 1 << 20,
             "units of the hidden layers from the input to the code; the decoder has the same in "
             "reverse");
  v.integer("code", code, 1, 1 << 20, "units of the code");
  v.flag("tied", tied, "the decoder's weights are the encoder's, transposed");
  v.choice("activation", activation, kActivations, "of the hidden layers");
  v.choice("code-activation", code_activation, kActivations, "of the code");
  v.choice("output", output, {"linear", "sigmoid", "softmax"}, "output units");
  v.choice("loss", loss, {"squared", "cross-entropy"}, "how the output is compared with the input");
  v.text(
      "noise", noise,
      "on the input while training, none | gaussian:S | mask:P | salt-pepper:P; the target stays "
      "clean");
  v.text("sparsity", sparsity, "of the code: none | l1:WEIGHT | kl:ACTIVITY,WEIGHT");
  v.number("dropout", dropout, 0, 0.99, "share of hidden units dropped while training");
  init.visit(v);
}

Autoencoder::Autoencoder(const AutoencoderOptions& options, const FeatureInput& input,
                         std::shared_ptr<const Tokenizer> tokenizer)
    : FeatureModel(input, std::move(tokenizer)),
      options_(options),
      noise_(parse_noise(options.noise)),
      sparsity_(parse_sparsity(options.sparsity)) {
  check(options_, sparsity_);
  build_dense(build_convolutions());
}

// Glorot & Bengio's variance is for units with slope 1 around zero; the logistic function has a
// quarter.
Initializer Autoencoder::weights(Activation activation, int inputs, int outputs) const {
  if (activation == Activation::sigmoid && options_.init.weights == InitKind::glorot)
    return Initializer::uniform(4 * std::sqrt(6.0 / (inputs + outputs)));
  return options_.init.input_weights();
}

Activation Autoencoder::activation_of_layer(std::size_t layer) const {
  return layer < options_.layers.size() ? options_.activation : options_.code_activation;
}

// Returns how many numbers the dense layers read.
int Autoencoder::build_convolutions() {
  if (options_.convolutions.empty()) return input().features;
  if (input().height == 0)
    throw UserError("--convolutions needs images (an IDX file of three dimensions)");
  kernels::ConvolutionShape shape;
  shape.height = static_cast<Index>(input().height);
  shape.width = static_cast<Index>(input().width);
  for (const std::int64_t channels : options_.convolutions) {
    shape.outputs = static_cast<Index>(channels);
    if (shape.output_size() > kMostUnits)
      throw UserError("--convolutions asks for too many channels for images of this size");
    convolutions_.emplace_back(parameters_,
                               "encoder.convolution." + std::to_string(convolutions_.size()), shape,
                               options_.init.input_weights());
    shape.height = shape.output_height();
    shape.width = shape.output_width();
    shape.channels = shape.outputs;
  }
  for (std::size_t layer = convolutions_.size(); layer-- > 0;)
    transposed_.emplace_back(parameters_, "decoder.convolution." + std::to_string(layer),
                             convolutions_[layer], options_.tied, options_.init.input_weights());
  return static_cast<int>(convolutions_.back().shape().output_size());
}

void Autoencoder::build_dense(int width) {
  std::vector<int> sizes = {width};
  for (const std::int64_t units : options_.layers) sizes.push_back(static_cast<int>(units));
  sizes.push_back(options_.code);
  const std::size_t depth = sizes.size() - 1;
  for (std::size_t layer = 0; layer < depth; ++layer)
    encoder_.emplace_back(parameters_, "encoder." + std::to_string(layer), sizes[layer],
                          sizes[layer + 1],
                          weights(activation_of_layer(layer), sizes[layer], sizes[layer + 1]));
  for (std::size_t layer = depth; layer-- > 0;) {
    const std::string name = "decoder." + std::to_string(layer);
    if (options_.tied) {
      mirror_.emplace_back(parameters_, name, encoder_[layer]);
      continue;
    }
    const bool output = layer == 0 && convolutions_.empty();
    const Activation activation = output ? Activation::linear : options_.activation;
    decoder_.emplace_back(parameters_, name, sizes[layer + 1], sizes[layer],
                          weights(activation, sizes[layer + 1], sizes[layer]));
  }
}

nlohmann::json Autoencoder::architecture() const { return with_input(options_to_json(options_)); }

Var Autoencoder::code(Tape& tape, Var x) const {
  for (const Convolution& layer : convolutions_)
    x = activate(tape, layer(tape, x), options_.activation);
  for (std::size_t layer = 0; layer < encoder_.size(); ++layer) {
    x = encoder_[layer](tape, x, activation_of_layer(layer));
    if (layer < options_.layers.size()) x = dropout(tape, x, options_.dropout);
  }
  return x;
}

Var Autoencoder::decoded(Tape& tape, Var x, Activation last) const {
  for (std::size_t layer = 0; layer < encoder_.size(); ++layer) {
    const bool output = layer + 1 == encoder_.size() && transposed_.empty();
    const Activation activation = output ? last : options_.activation;
    x = options_.tied ? mirror_[layer](tape, x, activation) : decoder_[layer](tape, x, activation);
    if (!output) x = dropout(tape, x, options_.dropout);
  }
  for (const TransposedConvolution& layer : transposed_)
    x = activate(tape, layer(tape, x), &layer == &transposed_.back() ? last : options_.activation);
  return x;
}

Var Autoencoder::loss(Tape& tape, const Matrix& x) const {
  const Var hidden = code(tape, corrupt(tape, tape.constant(x), noise_));
  Var total;
  if (options_.loss == ReconstructionLoss::squared) {
    const bool sigmoid = options_.output == OutputUnits::sigmoid;
    total = squared_error(
        tape, decoded(tape, hidden, sigmoid ? Activation::sigmoid : Activation::linear), x);
  } else {
    const Var logits = decoded(tape, hidden, Activation::linear);
    total = options_.output == OutputUnits::softmax ? distribution_cross_entropy(tape, logits, x)
                                                    : sigmoid_cross_entropy(tape, logits, x);
  }
  if (sparsity_.kind == Sparsity::Kind::l1)
    return add(tape, total, l1_penalty(tape, hidden, sparsity_.weight));
  if (sparsity_.kind == Sparsity::Kind::kl)
    return add(tape, total, kl_penalty(tape, hidden, sparsity_.activity, sparsity_.weight));
  return total;
}

Matrix Autoencoder::encode(const Matrix& x) const {
  Tape tape;
  return code(tape, tape.constant(x)).value();
}

Matrix Autoencoder::decode(const Matrix& codes) const {
  Tape tape;
  const bool sigmoid = options_.output == OutputUnits::sigmoid;
  const Var x =
      decoded(tape, tape.constant(codes), sigmoid ? Activation::sigmoid : Activation::linear);
  return options_.output == OutputUnits::softmax ? softmax(tape, x).value() : x.value();
}

Matrix Autoencoder::strongest_inputs(Index count) const {
  const Matrix& W = convolutions_.empty() ? encoder_.front().weight().value  // units × features
                                          : convolutions_.front().weight().value;
  Matrix inputs = W.head_rows(std::min(count, W.n_rows)).t();
  for (Index unit = 0; unit < inputs.n_cols; ++unit) {
    const real length = arma::norm(inputs.col(unit));
    if (length > 0) inputs.col(unit) /= length;
  }
  return inputs;
}

}  // namespace weft
