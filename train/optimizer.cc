#include "train/optimizer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/core/kernels/elementwise.h"
#include "models/core/kernels/parallel.h"

namespace weft {
namespace {

/// Numbers a thread should at least have to itself: less is not worth waking it.
constexpr std::size_t kGrain = std::size_t{1} << 15;
/// Numbers of a gradient that are scaled and penalised at a time, on the stack and in the cache.
constexpr std::size_t kBlock = 2048;

/// Zeros in the shape of each parameter.
std::vector<Matrix> zeros_like(const ParameterStore& store) {
  std::vector<Matrix> state;
  state.reserve(store.size());
  for (const Parameter& parameter : store)
    state.emplace_back(parameter.rows, parameter.columns, arma::fill::zeros);
  return state;
}

void name_states(const char* prefix, const ParameterStore& store, std::vector<Matrix>& state,
                 std::vector<Optimizer::NamedState>& result) {
  for (const Parameter& parameter : store)
    result.push_back({prefix + parameter.name, &state[parameter.index]});
}

real to_real(double value) { return static_cast<real>(value); }

/// w −= rate · g
class Sgd : public Optimizer {
 public:
  Sgd(const OptimizerOptions& options, ParameterStore& store) : Optimizer(options, store) {}
  std::vector<NamedState> state() override { return {}; }
  void descend_in_backward(Gradients& gradients, double learning_rate) override {
    if (options_.l1 > 0 || options_.l2 > 0) return;
    for (Parameter& parameter : store_)
      if (parameter.is_table)
        gradients.descend(parameter.index, parameter.value, to_real(learning_rate));
  }

 private:
  void update(std::size_t index, std::size_t offset, std::size_t n, const real* gradient,
              double learning_rate) override {
    real* w = store_[index].value.memptr() + offset;
    kernels::elementwise().axpby(n, to_real(-learning_rate), gradient, 1, w);
  }
};

/// Optimizers with one state matrix a parameter.
class OneState : public Optimizer {
 public:
  OneState(const OptimizerOptions& options, ParameterStore& store, const char* prefix)
      : Optimizer(options, store), prefix_(prefix), state_(zeros_like(store)) {}
  std::vector<NamedState> state() override {
    std::vector<NamedState> result;
    name_states(prefix_, store_, state_, result);
    return result;
  }

 protected:
  real* state_at(std::size_t index, std::size_t offset) { return state_[index].memptr() + offset; }

 private:
  const char* prefix_;
  std::vector<Matrix> state_;
};

/// v = μ v + g; w −= rate · v, or, with Nesterov's look-ahead, rate · (g + μ v). The rate stays
/// outside v, so a change of rate acts at once (Sutskever et al. 2013 have it inside).
class Momentum : public OneState {
 public:
  Momentum(const OptimizerOptions& options, ParameterStore& store)
      : OneState(options, store, "velocity/") {}

 private:
  void update(std::size_t index, std::size_t offset, std::size_t n, const real* gradient,
              double learning_rate) override {
    kernels::elementwise().momentum(n, to_real(learning_rate), to_real(options_.momentum),
                                    options_.kind == OptimizerKind::nesterov, gradient,
                                    state_at(index, offset), store_[index].value.memptr() + offset);
  }
};

/// Duchi et al. 2011: s += g²; w −= rate · g / (√s + ε)
class Adagrad : public OneState {
 public:
  Adagrad(const OptimizerOptions& options, ParameterStore& store)
      : OneState(options, store, "squares/") {}

 private:
  void update(std::size_t index, std::size_t offset, std::size_t n, const real* gradient,
              double learning_rate) override {
    kernels::elementwise().adagrad(n, to_real(learning_rate), to_real(options_.epsilon), gradient,
                                   state_at(index, offset), store_[index].value.memptr() + offset);
  }
};

/// Hinton's lecture 6e: s = ρ s + (1 − ρ) g²; w −= rate · g / (√s + ε), without centering.
class RmsProp : public OneState {
 public:
  RmsProp(const OptimizerOptions& options, ParameterStore& store)
      : OneState(options, store, "squares/") {}

 private:
  void update(std::size_t index, std::size_t offset, std::size_t n, const real* gradient,
              double learning_rate) override {
    kernels::elementwise().rmsprop(n, to_real(learning_rate), to_real(options_.decay),
                                   to_real(options_.epsilon), gradient, state_at(index, offset),
                                   store_[index].value.memptr() + offset);
  }
};

/// Kingma & Ba 2015; with the decay of weights apart from the gradient, Loshchilov & Hutter 2019:
///   m = β₁ m + (1 − β₁) g,  v = β₂ v + (1 − β₂) g²
///   w −= rate · λ · w   (adamw)
///   w −= rate · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
class Adam : public Optimizer {
 public:
  Adam(const OptimizerOptions& options, ParameterStore& store)
      : Optimizer(options, store), first_(zeros_like(store)), second_(zeros_like(store)) {}
  std::vector<NamedState> state() override {
    std::vector<NamedState> result;
    name_states("first/", store_, first_, result);
    name_states("second/", store_, second_, result);
    return result;
  }

 private:
  void update(std::size_t index, std::size_t offset, std::size_t n, const real* gradient,
              double learning_rate) override {
    const auto& kernel = kernels::elementwise();
    const double t = static_cast<double>(steps_);
    const double rate = learning_rate / (1 - std::pow(options_.beta1, t));
    const double root = 1 / std::sqrt(1 - std::pow(options_.beta2, t));
    real* w = store_[index].value.memptr() + offset;
    // y = 0 · x + β y scales in place.
    if (options_.kind == OptimizerKind::adamw && options_.l2 != 0)
      kernel.axpby(n, 0, gradient, to_real(1 - learning_rate * options_.l2), w);
    kernel.adam(n, to_real(rate), to_real(options_.beta1), to_real(options_.beta2), to_real(root),
                to_real(options_.epsilon), gradient, first_[index].memptr() + offset,
                second_[index].memptr() + offset, w);
  }

  std::vector<Matrix> first_, second_;
};

}  // namespace

void OptimizerOptions::visit(OptionVisitor& v) {
  v.choice("optimizer", kind,
           {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"},
           "how gradients change the weights");
  v.only_for("optimizer", {"momentum", "nesterov"},
             [&] { v.number("momentum", momentum, 0, 0.9999999, "share of the velocity kept"); });
  v.only_for("optimizer", {"adam", "adamw"}, [&] {
    v.number("beta1", beta1, 0, 0.9999999, "share of the first moment kept");
    v.number("beta2", beta2, 0, 0.9999999999, "share of the second moment kept");
  });
  v.only_for("optimizer", {"rmsprop"}, [&] {
    v.number("rms-decay", decay, 0, 0.9999999999, "share of the mean square kept");
  });
  v.only_for("optimizer", {"adagrad", "rmsprop", "adam", "adamw"},
             [&] { v.number("epsilon", epsilon, 1e-30, 1, "added to the root"); });
  v.number("l1", l1, 0, 1e6, "penalty on the absolute values of weights");
  v.number("l2", l2, 0, 1e6, "penalty on the squares of weights (adamw: decoupled weight decay)");
}

Optimizer::Optimizer(const OptimizerOptions& options, ParameterStore& store)
    : options_(options), store_(store) {}

std::unique_ptr<Optimizer> Optimizer::make(const OptimizerOptions& options, ParameterStore& store) {
  switch (options.kind) {
    case OptimizerKind::sgd:
      return std::make_unique<Sgd>(options, store);
    case OptimizerKind::momentum:
    case OptimizerKind::nesterov:
      return std::make_unique<Momentum>(options, store);
    case OptimizerKind::adagrad:
      return std::make_unique<Adagrad>(options, store);
    case OptimizerKind::rmsprop:
      return std::make_unique<RmsProp>(options, store);
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      break;
  }
  return std::make_unique<Adam>(options, store);
}

int state_matrices(OptimizerKind kind) {
  switch (kind) {
    case OptimizerKind::sgd:
      return 0;
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
      return 2;
    default:
      return 1;
  }
}

void Optimizer::step(const Gradients& gradients, double learning_rate, double gradient_scale) {
  ++steps_;
  for (std::size_t index = 0; index < store_.size(); ++index) {
    const Gradient& gradient = gradients[index];
    const real* values = gradient.value.memptr();
    if (gradient.dense) {
      kernels::parallel_for(gradient.value.n_elem, kGrain, [&](std::size_t begin, std::size_t end) {
        update_span(index, begin, end - begin, values + begin, learning_rate, gradient_scale);
      });
      continue;
    }
    const std::size_t rows = gradient.value.n_rows;
    const std::size_t grain = std::max<std::size_t>(1, kGrain / std::max<std::size_t>(1, rows));
    kernels::parallel_for(gradient.columns.size(), grain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        const std::size_t offset = gradient.columns[k] * rows;
        update_span(index, offset, rows, values + offset, learning_rate, gradient_scale);
      }
    });
  }
}

void Optimizer::update_span(std::size_t index, std::size_t offset, std::size_t n,
                            const real* gradient, double learning_rate, double gradient_scale) {
  const double l2 = options_.kind == OptimizerKind::adamw ? 0 : options_.l2;
  if (gradient_scale == 1 && l2 == 0 && options_.l1 == 0) {
    update(index, offset, n, gradient, learning_rate);
    return;
  }
  const auto& kernel = kernels::elementwise();
  const real l1 = to_real(options_.l1);
  std::array<real, kBlock> block;
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t size = std::min(kBlock, n - begin);
    const real* w = store_[index].value.memptr() + offset + begin;
    kernel.axpby(size, to_real(gradient_scale), gradient + begin, 0, block.data());
    if (l2 != 0) kernel.axpby(size, to_real(l2), w, 1, block.data());
    if (l1 != 0)
      for (std::size_t i = 0; i < size; ++i) block[i] += w[i] > 0 ? l1 : (w[i] < 0 ? -l1 : real{0});
    update(index, offset + begin, size, block.data(), learning_rate);
  }
}

}  // namespace weft
