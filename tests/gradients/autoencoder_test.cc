// Whole autoencoders: every variety's gradients, and five updates against PyTorch.

#include "models/nets/autoencoder.h"
#include "golden_testing.h"
#include "train/optimizer.h"

namespace weft {
namespace {

using nlohmann::json;

std::unique_ptr<Autoencoder> small(const AutoencoderOptions& options) {
  auto model = std::make_unique<Autoencoder>(options, FeatureInput{5, 0, 0, {}}, nullptr);
  for (Parameter& parameter : model->parameters()) {
    parameter.value.set_size(parameter.rows, parameter.columns);
    RandomStream random(7, parameter.name);
    initialize(parameter.value, Initializer::normal(0.7), random);
  }
  return model;
}

AutoencoderOptions small_options() {
  AutoencoderOptions options;
  options.layers = {4, 3};
  options.code = 2;
  return options;
}

void expect_right_gradients(const AutoencoderOptions& options) {
  const auto model = small(options);
  const Matrix x = 1 / (1 + arma::exp(-random_matrix(5, 6, 3)));
  expect_gradients(model->parameters(), {},
                   [&](Tape& tape, const std::vector<Var>&) { return model->loss(tape, x); });
}

TEST(Autoencoder, GradientsOfEveryLoss) {
  for (const bool tied : {false, true})
    for (const OutputUnits output :
         {OutputUnits::linear, OutputUnits::sigmoid, OutputUnits::softmax})
      for (const ReconstructionLoss loss :
           {ReconstructionLoss::squared, ReconstructionLoss::cross_entropy}) {
        const bool entropy = loss == ReconstructionLoss::cross_entropy;
        if (output == OutputUnits::linear && entropy) continue;
        if (output == OutputUnits::softmax && !entropy) continue;
        AutoencoderOptions options = small_options();
        options.tied = tied;
        options.output = output;
        options.loss = loss;
        expect_right_gradients(options);
      }
}

TEST(Autoencoder, GradientsWithNoiseSparsityAndDropout) {
  for (const char* noise : {"none", "gaussian:0.3", "mask:0.3", "salt-pepper:0.3"})
    for (const char* sparsity : {"none", "l1:0.2", "kl:0.1,0.3"}) {
      AutoencoderOptions options = small_options();
      options.noise = noise;
      options.sparsity = sparsity;
      options.code_activation = Activation::sigmoid;
      options.activation = Activation::tanh;
      options.dropout = 0.2;
      expect_right_gradients(options);
    }
}

AutoencoderOptions golden_options(const json& golden) {
  AutoencoderOptions options;
  options.layers = {4};
  options.code = 2;
  options.tied = golden.at("tied");
  const std::string loss = golden.at("loss"), sparsity = golden.at("sparsity");
  if (loss != "squared") options.loss = ReconstructionLoss::cross_entropy;
  if (loss == "shares") options.output = OutputUnits::softmax;
  if (sparsity == "l1") options.sparsity = "l1:0.3";
  if (sparsity == "kl") {
    options.sparsity = "kl:0.1,0.5";
    options.code_activation = Activation::sigmoid;
  }
  return options;
}

TEST(Autoencoder, FiveUpdatesAsInPyTorch) {
  const json goldens = read_golden("autoencoder.json");
  for (const json& golden : goldens.at("cases")) {
    const auto model = small(golden_options(golden));
    ASSERT_EQ(model->parameters().size(), golden.at("start").size());
    for (const auto& [name, value] : golden.at("start").items())
      model->parameters().find(name)->value = golden_matrix(value);
    Gradients gradients(model->parameters());
    RandomStream noise(1, "noise");
    Tape tape(gradients, noise);
    OptimizerOptions adam;
    const auto optimizer = Optimizer::make(adam, model->parameters());
    for (std::size_t update = 0; update < golden.at("batches").size(); ++update) {
      const Matrix x = golden_matrix(golden.at("batches")[update]);
      tape.reset();
      const Var loss = model->loss(tape, x);
      tape.backward(loss);
      EXPECT_NEAR(loss.value()(0, 0), golden.at("losses")[update].get<double>(), 1e-11)
          << golden.at("loss") << ", update " << update;
      optimizer->step(gradients, 0.02);
    }
    for (const auto& [name, value] : golden.at("last").items())
      expect_near(model->parameters().find(name)->value, golden_matrix(value), 1e-10, name);
  }
}

}  // namespace
}  // namespace weft
