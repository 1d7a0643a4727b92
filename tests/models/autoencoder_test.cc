// Autoencoders and projections: saved and loaded, small, refused where options contradict.
#include "models/nets/autoencoder.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "models/file/model_file.h"
#include "models/nets/projection.h"
#include "tests/corpora/temporary_files.h"
#include "tests/models/small_models.h"

namespace weft {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

AutoencoderOptions small_autoencoder_options(bool tied) {
  AutoencoderOptions options;
  options.layers = {6, 5};
  options.code = 3;
  options.tied = tied;
  return options;
}

std::unique_ptr<Autoencoder> small_autoencoder(bool tied) {
  auto model = std::make_unique<Autoencoder>(small_autoencoder_options(tied),
                                             FeatureInput{8, 2, 4, {}}, nullptr);
  randomize(*model);
  return model;
}

std::unique_ptr<Projection> small_projection() {
  ProjectionOptions options;
  options.code = 3;
  auto model = std::make_unique<Projection>(options, FeatureInput{8, 2, 4, {}}, nullptr);
  randomize(*model);
  return model;
}

Matrix some_columns(Index rows) {
  RandomStream random(3, "columns");
  Matrix x(rows, 5);
  for (real& number : x) number = static_cast<real>(random.uniform());
  return x;
}

void expect_kept_to_the_bit(const FeatureModel& model, const Matrix& x) {
  const TemporaryFiles files;
  const std::string path = files.path("model.weft");
  ModelRecord record;
  record.self_test_inputs = {model.tokenizer() ? "i love this car" : "1,0,0.5,0.25,0,0,1,1"};
  save_model(path, model, record);
  const auto loaded = load_model_as<FeatureModel>(path, "autoencoder");
  EXPECT_EQ(loaded.model->architecture(), model.architecture());
  EXPECT_TRUE(equal_to_the_bit(loaded.model->encode(x), model.encode(x)));
  EXPECT_TRUE(equal_to_the_bit(loaded.model->restore(x), model.restore(x)));
  for (const SelfTestResult& result : self_test(load_model(path))) EXPECT_TRUE(result.passed);
}

TEST(Autoencoder, IsKeptToTheBit) {
  for (const bool tied : {false, true})
    expect_kept_to_the_bit(*small_autoencoder(tied), some_columns(8));
  AutoencoderOptions options = small_autoencoder_options(false);
  options.convolutions = {3};
  Autoencoder convolutional(options, FeatureInput{8, 2, 4, {}}, nullptr);
  randomize(convolutional);
  expect_kept_to_the_bit(convolutional, some_columns(8));
  expect_kept_to_the_bit(*small_projection(), some_columns(8));
}

TEST(Autoencoder, OfTextsIsKeptToTheBit) {
  const auto tokenizer = small_tokenizer();
  FeatureInput input;
  input.features = static_cast<int>(bag_rows(*tokenizer));
  input.bag = BagWeights::tf_idf;
  Autoencoder model(small_autoencoder_options(true), input, tokenizer);
  randomize(model);
  const Matrix x = model.read({"i love this car", "", "a film , a film"});
  EXPECT_EQ(x.n_rows, bag_rows(*tokenizer));
  EXPECT_EQ(arma::accu(x.col(1)), 0);
  expect_kept_to_the_bit(model, x);
}

// Weights of eight bits in both directions of a tied layer, and of a projection's table.
TEST(Autoencoder, AnswersNearlyTheSameWithEightBits) {
  const Matrix x = some_columns(32);
  for (const bool tied : {false, true}) {
    AutoencoderOptions options = small_autoencoder_options(tied);
    options.layers = {32};
    options.code = 16;
    Autoencoder model(options, FeatureInput{32, 0, 0, {}}, nullptr);
    model.parameters().initialize(1);
    const Matrix code = model.encode(x), restored = model.restore(x);
    model.parameters().quantize();
    ASSERT_TRUE(model.parameters().is_quantized());
    EXPECT_LT(arma::abs(model.encode(x) - code).max(), 0.15);
    EXPECT_LT(arma::abs(model.restore(x) - restored).max(), 0.05);
  }
  ProjectionOptions options;
  options.code = 16;
  Projection projection(options, FeatureInput{32, 0, 0, {}}, nullptr);
  randomize(projection);
  const Matrix restored = projection.restore(x);
  projection.parameters().quantize();
  EXPECT_LT(arma::abs(projection.restore(x) - restored).max(), 0.5);
}

TEST(Autoencoder, TiedWeightsAreOneParameter) {
  EXPECT_EQ(small_autoencoder(true)->parameters().count(),
            8u * 6 + 6 + 6 * 5 + 5 + 5 * 3 + 3 + 5 + 6 + 8);
  EXPECT_EQ(small_autoencoder(false)->parameters().count(),
            2u * (8 * 6 + 6 * 5 + 5 * 3) + 6 + 5 + 3 + 5 + 6 + 8);
}

TEST(Autoencoder, StrongestInputsHaveLengthOne) {
  const Matrix inputs = small_autoencoder(false)->strongest_inputs(4);
  EXPECT_EQ(inputs.n_rows, 8u);
  EXPECT_EQ(inputs.n_cols, 4u);
  for (Index n = 0; n < 4; ++n) EXPECT_NEAR(arma::norm(inputs.col(n)), 1, 1e-6);
}

TEST(Projection, RestoresWhatLiesInItsDirections) {
  ProjectionOptions options;
  options.code = 2;
  Projection model(options, FeatureInput{3, 0, 0, {}}, nullptr);
  model.set({{1, 0}, {0, 1}, {0, 0}}, Matrix(3, 1, arma::fill::ones));
  const Matrix x(std::vector<real>{3, 5, 1});
  EXPECT_TRUE(equal_to_the_bit(model.encode(x), Matrix(std::vector<real>{2, 4})));
  EXPECT_TRUE(equal_to_the_bit(model.restore(x), x));
}

std::string error_of(const AutoencoderOptions& options) {
  return complaint([&] { Autoencoder(options, FeatureInput{8, 0, 0, {}}, nullptr); });
}

TEST(Autoencoder, RefusesContradictions) {
  AutoencoderOptions options = small_autoencoder_options(false);
  EXPECT_EQ(error_of(options), "");
  options.loss = ReconstructionLoss::cross_entropy;
  EXPECT_EQ(error_of(options), "");
  options.output = OutputUnits::linear;
  EXPECT_THAT(error_of(options), HasSubstr("--loss cross-entropy needs"));
  options.loss = ReconstructionLoss::squared;
  options.output = OutputUnits::softmax;
  EXPECT_THAT(error_of(options), HasSubstr("--output softmax needs"));
  options.output = OutputUnits::sigmoid;
  options.sparsity = "kl:0.1,3";
  EXPECT_THAT(error_of(options), HasSubstr("--code-activation sigmoid"));
  options.code_activation = Activation::sigmoid;
  EXPECT_EQ(error_of(options), "");
  ProjectionOptions projection;
  projection.code = 9;
  EXPECT_THAT(complaint([&] {
                Projection(projection, FeatureInput{8, 0, 0, {}}, nullptr);
              }),
              HasSubstr("--code 9 is more than the 8 features"));
}

TEST(Autoencoder, RefusesRowsThatDoNotFit) {
  const auto model = small_autoencoder(false);
  EXPECT_THAT(complaint([&] { model->read({"1,2,3"}); }), HasSubstr("rows of 8 numbers"));
  EXPECT_THAT(complaint([&] { model->read({"1,2,3,4,5,6,7,8,9"}); }), HasSubstr("goes on"));
}

TEST(AutoencoderTerms, Noise) {
  EXPECT_EQ(parse_noise("none").kind, NoiseKind::none);
  EXPECT_EQ(parse_noise("gaussian:0.5").kind, NoiseKind::gaussian);
  EXPECT_EQ(parse_noise("gaussian:0.5").amount, 0.5);
  EXPECT_EQ(parse_noise("mask:1").kind, NoiseKind::mask);
  EXPECT_EQ(parse_noise("salt-pepper:0.25").kind, NoiseKind::salt_pepper);
  for (const char* wrong : {"gaussian", "gaussian:", "gaussian:-1", "gaussian:x", "mask:1.5",
                            "salt-pepper:2", "mask:0.1,0.2", "snow:1", "gaussian:0.5x", "mask:nan"})
    EXPECT_THAT(complaint([&] { parse_noise(wrong); }), HasSubstr("--noise must be")) << wrong;
}

TEST(AutoencoderTerms, Sparsity) {
  EXPECT_EQ(parse_sparsity("none").kind, Sparsity::Kind::none);
  EXPECT_EQ(parse_sparsity("l1:0.01").weight, 0.01);
  const Sparsity kl = parse_sparsity("kl:0.05,3");
  EXPECT_EQ(kl.kind, Sparsity::Kind::kl);
  EXPECT_EQ(kl.activity, 0.05);
  EXPECT_EQ(kl.weight, 3);
  for (const char* wrong :
       {"l1", "l1:", "l1:-1", "kl:0.1", "kl:0,1", "kl:1,1", "kl:0.1,2,3", "l3:1"})
    EXPECT_THAT(complaint([&] { parse_sparsity(wrong); }), HasSubstr("--sparsity must be"))
        << wrong;
}

}  // namespace
}  // namespace weft
