// Ten updates of a small LSTM language model by each optimizer, with weight decay and clipping,
// against PyTorch's losses (tests/golden/make_goldens.py).

#include <map>

#include "golden_testing.h"
#include "train/optimizer.h"

namespace weft {
namespace {

using nlohmann::json;

OptimizerOptions optimizer_options(const json& golden) {
  static const std::map<std::string, OptimizerKind> kinds = {
      {"sgd", OptimizerKind::sgd},           {"momentum", OptimizerKind::momentum},
      {"nesterov", OptimizerKind::nesterov}, {"adagrad", OptimizerKind::adagrad},
      {"rmsprop", OptimizerKind::rmsprop},   {"adam", OptimizerKind::adam},
      {"adamw", OptimizerKind::adamw}};
  OptimizerOptions options;
  options.kind = kinds.at(golden.at("kind"));
  options.momentum = golden.value("momentum", options.momentum);
  options.beta1 = golden.value("beta1", options.beta1);
  options.beta2 = golden.value("beta2", options.beta2);
  options.decay = golden.value("decay", options.decay);
  options.epsilon = golden.value("epsilon", options.epsilon);
  options.l2 = golden.value("l2", options.l2);
  return options;
}

Var language_model_loss(Tape& tape, ParameterStore& store, const json& batch, SequenceShape shape) {
  const std::vector<int> ids = batch.at("ids"), targets = batch.at("targets");
  const auto parameter = [&](const char* name) { return tape.parameter(*store.find(name)); };
  Var x = lookup(tape, *store.find("table"), ids.data(), ids.size());
  Var hidden = lstm(tape, x, parameter("W"), parameter("U"), parameter("b"), {}, {}, shape).hidden;
  Var logits = affine(tape, parameter("output"), hidden, parameter("output_bias"));
  return softmax_cross_entropy(tape, logits, targets.data());
}

class GoldenTraining : public testing::TestWithParam<const char*> {};

TEST_P(GoldenTraining, TenLosses) {
  const json file = read_golden("training.json");
  const json& golden = file.at("cases").at(GetParam());
  const json& options = golden.at("options");
  const SequenceShape shape{file.at("steps"), file.at("examples"), nullptr};
  ParameterStore store;
  for (const auto& [name, value] : file.at("start").items()) golden_parameter(store, name, value);

  Gradients gradients(store);
  RandomStream noise(1, "noise");
  Tape tape(gradients, noise);
  const auto optimizer = Optimizer::make(optimizer_options(options), store);
  const double clip = options.value("clip", 0.0);
  bool clipped = false;
  for (std::size_t update = 0; update < file.at("batches").size(); ++update) {
    tape.reset();
    Var loss = language_model_loss(tape, store, file.at("batches")[update], shape);
    tape.backward(loss);
    EXPECT_NEAR(loss.value()(0, 0), golden.at("losses")[update].get<double>(), 1e-11)
        << "update " << update;
    const double norm = gradients.norm();
    EXPECT_NEAR(norm, golden.at("norms")[update].get<double>(), 1e-10) << "update " << update;
    const bool too_long = clip > 0 && norm > clip;
    clipped = clipped || too_long;
    optimizer->step(gradients, options.at("rate"), too_long ? clip / norm : 1.0);
  }
  expect_near(store.find("table")->value, golden_matrix(golden.at("table")), 1e-10, "embeddings");
  EXPECT_EQ(clipped, clip > 0) << "the case does not test clipping";
}

INSTANTIATE_TEST_SUITE_P(Optimizers, GoldenTraining,
                         testing::Values("sgd", "sgd_l2_clip", "momentum", "nesterov", "adagrad",
                                         "rmsprop", "adam", "adamw"));

}  // namespace
}  // namespace weft
