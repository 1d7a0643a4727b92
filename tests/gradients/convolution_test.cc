// Convolutions: the maps against their definition, gradients against finite differences.

#include "gradient_testing.h"
#include "models/core/convolution_op.h"
#include "models/nets/autoencoder.h"

namespace weft {
namespace {

using Inputs = std::vector<Var>;
using kernels::ConvolutionShape;

// Odd and even sides, edges that the stride leaves out, no padding at all.
const ConvolutionShape kShapes[] = {
    {2, 5, 4, 3, 3, 2, 1}, {1, 4, 4, 2, 3, 1, 1}, {2, 6, 5, 2, 3, 2, 0}};

TEST(Convolution, OfOnePixelByHand) {
  // A kernel of 1 … 9 on a picture with a single 1 in the middle is the kernel turned around.
  const ConvolutionShape shape{1, 3, 3, 1, 3, 1, 1};
  Matrix W(1, 9), b(1, 1, arma::fill::zeros), x(9, 1, arma::fill::zeros);
  for (Index i = 0; i < 9; ++i) W[i] = static_cast<real>(i + 1);
  x[4] = 1;
  Tape tape;
  const Var y = convolution(tape, tape.constant(W), tape.constant(x), tape.constant(b), shape);
  expect_near(y.value(), arma::reverse(W.t()), 0, "y");
  const Var back =
      transposed_convolution(tape, tape.constant(W), tape.constant(x), tape.constant(b), shape);
  expect_near(back.value(), W.t(), 0, "back");
}

// ⟨W x, y⟩ = ⟨x, Wᵀ y⟩
TEST(Convolution, TheWayBackIsTheTransposedMap) {
  for (const ConvolutionShape& shape : kShapes) {
    const Matrix W = random_matrix(shape.outputs, shape.weight_columns(), 1);
    const Matrix x = random_matrix(shape.input_size(), 3, 2);
    const Matrix y = random_matrix(shape.output_size(), 3, 3);
    const Matrix b(shape.outputs, 1, arma::fill::zeros), c(shape.channels, 1, arma::fill::zeros);
    Tape tape;
    const Matrix Wx =
        convolution(tape, tape.constant(W), tape.constant(x), tape.constant(b), shape).value();
    const Matrix Wty =
        transposed_convolution(tape, tape.constant(W), tape.constant(y), tape.constant(c), shape)
            .value();
    EXPECT_NEAR(arma::accu(Wx % y), arma::accu(x % Wty), 1e-10);
  }
}

TEST(Convolution, Gradients) {
  for (const ConvolutionShape& shape : kShapes) {
    ParameterStore store;
    const Parameter& W = add_parameter(store, "W", shape.outputs, shape.weight_columns());
    const Parameter& b = add_parameter(store, "b", shape.outputs, 1);
    Matrix x = random_matrix(shape.input_size(), 4, 1);
    expect_gradients(store, {&x}, [&](Tape& tape, const Inputs& v) {
      return projected(tape, convolution(tape, tape.parameter(W), v[0], tape.parameter(b), shape));
    });
  }
}

TEST(Convolution, TransposedGradients) {
  for (const ConvolutionShape& shape : kShapes) {
    ParameterStore store;
    const Parameter& W = add_parameter(store, "W", shape.outputs, shape.weight_columns());
    const Parameter& b = add_parameter(store, "b", shape.channels, 1);
    Matrix x = random_matrix(shape.output_size(), 4, 1);
    expect_gradients(store, {&x}, [&](Tape& tape, const Inputs& v) {
      return projected(
          tape, transposed_convolution(tape, tape.parameter(W), v[0], tape.parameter(b), shape));
    });
  }
}

TEST(Convolution, GradientsOfWholeAutoencoders) {
  for (const bool tied : {false, true}) {
    AutoencoderOptions options;
    options.convolutions = {2, 3};
    options.layers = {4};
    options.code = 2;
    options.tied = tied;
    Autoencoder model(options, FeatureInput{30, 6, 5, {}}, nullptr);
    model.parameters().initialize(1);
    const Matrix x = 1 / (1 + arma::exp(-random_matrix(30, 4, 3)));
    EXPECT_EQ(model.restore(x).n_rows, 30u);
    expect_gradients(model.parameters(), {},
                     [&](Tape& tape, const Inputs&) { return model.loss(tape, x); });
  }
}

}  // namespace
}  // namespace weft
