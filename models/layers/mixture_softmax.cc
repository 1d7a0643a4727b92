#include "models/layers/mixture_softmax.h"

#include <stdexcept>

namespace weft {
namespace {

Index index(int count) { return static_cast<Index>(count); }

}  // namespace

MixtureSoftmax::MixtureSoftmax(ParameterStore& store, const std::string& name, int inputs,
                               int depth, int vocabulary, const Options& options,
                               const InitOptions& init)
    : MixtureSoftmax(
          store, name, inputs, depth,
          store.add(name + ".weight", index(vocabulary), index(depth), init.input_weights()), false,
          options, init) {}

MixtureSoftmax::MixtureSoftmax(ParameterStore& store, const std::string& name, int inputs,
                               const Parameter& table, const Options& options,
                               const InitOptions& init)
    : MixtureSoftmax(store, name, inputs, static_cast<int>(table.rows), table, true, options,
                     init) {}

MixtureSoftmax::MixtureSoftmax(ParameterStore& store, const std::string& name, int inputs,
                               int depth, const Parameter& weights, bool tied,
                               const Options& options, const InitOptions& init)
    : options_(options),
      weights_(weights),
      tied_(tied),
      bias_(store.add(name + ".bias", tied ? weights.columns : weights.rows, 1,
                      Initializer::zeros())),
      prior_(store.add(name + ".prior", index(options.components), index(inputs),
                       init.input_weights())),
      latent_(store, name + ".latent", inputs, options.components * depth,
              init.input_weights(options.components)) {}

Mixture MixtureSoftmax::mixture(Tape& tape, Var hidden, SequenceShape shape) const {
  Mixture result;
  result.W = tape.parameter(weights_);
  result.b = tape.parameter(bias_);
  result.is_table = tied_;
  result.latent = drop(tape, latent_(tape, hidden, Activation::tanh), options_.dropout,
                       options_.dropout_kind, shape);
  result.prior = affine(tape, tape.parameter(prior_), hidden);
  return result;
}

Var MixtureSoftmax::loss(Tape& tape, Var hidden, const int* targets, SequenceShape shape) const {
  return mixture_cross_entropy(tape, mixture(tape, hidden, shape), targets);
}

Var MixtureSoftmax::scores(Tape& tape, Var hidden) const {
  if (tape.training()) throw std::logic_error("a mixture of softmaxes trains by loss()");
  return mixture_log_probabilities(tape, mixture(tape, hidden, {}));
}

}  // namespace weft
