#include "train/language/dynamic_evaluation.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "corpora/language_batches.h"
#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"
#include "train/gradient_norm.h"
#include "train/measures/language_measures.h"

namespace weft {
namespace {

/// The same weights in memory of their own, without what is random or penalised in training.
std::unique_ptr<LanguageModel> plain_copy(const LanguageModel& model) {
  LanguageModelOptions options = model.options();
  options.dropout = options.word_dropout = options.weight_drop = 0;
  options.input_dropout = options.layer_dropout = options.output_dropout = options.latent_dropout =
      -1;
  options.activation_penalty = options.temporal_penalty = 0;
  auto copy = std::make_unique<LanguageModel>(options, model.shared_tokenizer());
  for (Parameter& parameter : copy->parameters())
    parameter.value = model.parameters()[parameter.index].value;
  return copy;
}

/// θ ← θ − rate · g + decay · (θ₀ − θ); a table's columns that are not touched only come back.
void step(ParameterStore& store, const ParameterStore& first, const Gradients& gradients,
          double rate, double decay) {
  const auto& kernel = kernels::elementwise();
  const real back = static_cast<real>(decay), along = static_cast<real>(-rate);
  for (Parameter& parameter : store) {
    real* w = parameter.value.memptr();
    const real* origin = first[parameter.index].value.memptr();
    const Gradient& gradient = gradients[parameter.index];
    kernels::parallel_for(
        parameter.value.n_elem, kernels::kPassGrain, [&](std::size_t begin, std::size_t end) {
          kernel.axpby(end - begin, back, origin + begin, 1 - back, w + begin);
          if (gradient.dense)
            kernel.axpby(end - begin, along, gradient.value.memptr() + begin, 1, w + begin);
        });
    if (gradient.dense) continue;
    for (const std::uint32_t column : gradient.columns)
      kernel.axpby(parameter.rows, along, gradient.value.colptr(column), 1,
                   parameter.value.colptr(column));
  }
}

}  // namespace

void DynamicEvaluationOptions::visit(OptionVisitor& v) {
  v.number("dynamic-rate", rate, 0, 1e6,
           "of a language model: learning rate of dynamic evaluation; 0: off");
  v.only_with("dynamic-rate", rate > 0, [&] {
    v.number("dynamic-decay", decay, 0, 1, "how much a step brings the weights back");
    v.integer("dynamic-steps", steps, 1, 65536, "tokens between two steps");
    v.number("dynamic-clip", clip, 0, 1e30, "gradients with a larger norm are shortened; 0: off");
  });
}

nlohmann::json evaluate_dynamically(const LanguageModel& model, const TokenStream& data,
                                    const DynamicEvaluationOptions& options) {
  if (model.parameters().is_quantized())
    throw UserError("a quantized model cannot learn; name the one it was made of");
  if (model.options().output == OutputKind::sampled)
    throw UserError(
        "a model trained with --output sampled learns by estimates of its loss, which "
        "measure nothing; leave out --dynamic-rate");
  const std::unique_ptr<LanguageModel> learner = plain_copy(model);
  Gradients gradients(learner->parameters());
  RandomStream noise(1, "dropout");
  Tape tape(gradients, noise);
  GradientNorm norm;
  LanguageBatches batches(data, 1, options.steps);
  LanguageBatch batch;
  RecurrentState state;
  LikelihoodSum sum;
  while (batches.next(batch)) {
    tape.reset();
    const Var loss = learner->loss(tape, batch.inputs, batch.targets.data(), state);
    const double count = static_cast<double>(batch.targets.size());
    sum.add(-count * static_cast<double>(loss.value()(0, 0)), batch.targets.size());
    tape.backward(loss);
    const double length = norm(gradients);
    const double scale = options.clip > 0 && length > options.clip ? options.clip / length : 1;
    step(learner->parameters(), model.parameters(), gradients, options.rate * scale, options.decay);
  }
  return sum.measures(data);
}

}  // namespace weft
