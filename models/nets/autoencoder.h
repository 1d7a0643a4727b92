// Autoencoders: an encoder of convolutional and dense layers to a code, a decoder from there back
// to the input (Rumelhart, Hinton & Williams 1986; deep: Hinton & Salakhutdinov 2006; denoising:
// Vincent et al. 2008; sparse: Ng 2011).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/layers/convolution.h"
#include "models/layers/dense.h"
#include "models/layers/initialization.h"
#include "models/nets/autoencoder_terms.h"
#include "models/nets/feature_model.h"

namespace weft {

enum class OutputUnits { linear, sigmoid, softmax };
enum class ReconstructionLoss { squared, cross_entropy };

struct AutoencoderOptions {
  /// Channels of convolutional layers below the others, of images: 3 × 3 kernels, two pixels apart.
  std::vector<std::int64_t> convolutions;
  std::vector<std::int64_t> layers;  // hidden units from the input to the code; back the same way
  int code = 30;
  bool tied = false;  // the decoder's weights are the encoder's, transposed
  Activation activation = Activation::sigmoid;  // of hidden layers
  Activation code_activation = Activation::linear;
  OutputUnits output = OutputUnits::sigmoid;
  ReconstructionLoss loss = ReconstructionLoss::squared;
  std::string noise = "none";     // on the input while training, see parse_noise()
  std::string sparsity = "none";  // of the code, see parse_sparsity()
  double dropout = 0;             // of the hidden layers
  InitOptions init;
  void visit(OptionVisitor& v);
};

class Autoencoder : public FeatureModel {
 public:
  /// `tokenizer`: of texts, else null. Throws UserError if the options contradict each other.
  Autoencoder(const AutoencoderOptions& options, const FeatureInput& input,
              std::shared_ptr<const Tokenizer> tokenizer);

  std::string kind() const override { return "autoencoder"; }
  nlohmann::json architecture() const override;
  Matrix encode(const Matrix& x) const override;
  Matrix decode(const Matrix& codes) const override;
  int code_size() const override { return options_.code; }

  /// C × N.
  Var code(Tape& tape, Var x) const;
  /// Mean over the examples of the error summed over the features, and the penalty on the code.
  /// Squared: Σ (x̂ − x)². Cross-entropy, with sigmoid: of a yes or no for each feature, inputs in
  /// [0, 1]; with softmax: of the shares of the features in their sum. The error is that of the
  /// clean x where the encoder is given a noisy one. `x` must live until the tape's pass is over.
  Var loss(Tape& tape, const Matrix& x) const;

  /// Of the first layer, the input of length 1 that excites each unit most, as columns: its weights
  /// divided by their length (Ng 2011). F × at most `count` units; of a convolution its kernels,
  /// 9 × channels.
  Matrix strongest_inputs(Index count) const;

  const AutoencoderOptions& options() const { return options_; }
  const Noise& noise() const { return noise_; }

 private:
  int build_convolutions();
  void build_dense(int width);
  Initializer weights(Activation activation, int inputs, int outputs) const;
  Activation activation_of_layer(std::size_t layer) const;
  Var decoded(Tape& tape, Var code, Activation last) const;

  AutoencoderOptions options_;
  Noise noise_;
  Sparsity sparsity_;
  std::vector<Convolution> convolutions_;
  std::vector<TransposedConvolution> transposed_;  // in the order of the decoder
  std::vector<Dense> encoder_;
  std::vector<Dense> decoder_;  // one of these
  std::vector<TransposedDense> mirror_;
};

}  // namespace weft
