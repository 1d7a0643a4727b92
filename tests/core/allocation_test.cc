// A training step in the steady state allocates nothing. Allocations are counted by standing in
// front of the allocator; only calls from this program's own code count, as libraries below it
// (oneDNN, OpenMP) look after their memory themselves.

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "models/core/attention_ops.h"
#include "models/core/mixture_ops.h"
#include "models/core/ops.h"
#include "models/core/sequence_ops.h"

// AddressSanitizer has its own allocator in that place.
#ifndef __SANITIZE_ADDRESS__

namespace {

std::atomic<bool> counting{false};
std::atomic<std::size_t> allocations{0};

}  // namespace

extern "C" {

// Set by the linker: where this program's code begins and ends.
extern const char __executable_start;
extern const char etext;

void* __libc_malloc(std::size_t bytes);
void __libc_free(void* memory);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

static void note(const void* caller) {
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  if (counting && address >= reinterpret_cast<std::uintptr_t>(&__executable_start) &&
      address < reinterpret_cast<std::uintptr_t>(&etext))
    ++allocations;
}

void* malloc(std::size_t bytes) {
  note(__builtin_return_address(0));
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  note(__builtin_return_address(0));
  return __libc_calloc(count, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  note(__builtin_return_address(0));
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  note(__builtin_return_address(0));
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}

}  // extern "C"

static void* counted_new(std::size_t bytes, const void* caller) {
  note(caller);
  if (void* memory = __libc_malloc(bytes)) return memory;
  throw std::bad_alloc();
}

void* operator new(std::size_t bytes) { return counted_new(bytes, __builtin_return_address(0)); }
void* operator new[](std::size_t bytes) { return counted_new(bytes, __builtin_return_address(0)); }
void operator delete(void* memory) noexcept { __libc_free(memory); }
void operator delete[](void* memory) noexcept { __libc_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { __libc_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { __libc_free(memory); }

namespace weft {
namespace {

template <class Work>
std::size_t allocations_of(const Work& work) {
  allocations = 0;
  counting = true;
  work();
  counting = false;
  return allocations;
}

// Every operation there is, in one loss.
class Everything {
 public:
  Everything() {
    table_ = &store_.add("table", kSize, 20, Initializer::normal(0.5));
    for (const int gates : {4, 3, 1})
      for (const char* part : {"W", "U", "b", "d"}) {
        const bool weight = *part == 'W' || *part == 'U';
        cells_.push_back(&store_.add(part + std::to_string(gates), gates * kSize,
                                     weight ? kSize : 1, Initializer::normal(0.3)));
      }
    score_ = &store_.add("score", 1, kSize, Initializer::normal(0.5));
    priors_ = &store_.add("priors", 3, kSize, Initializer::normal(0.5));
    square_ = &store_.add("square", kSize, kSize, Initializer::normal(0.5));
    column_ = &store_.add("column", kSize, 1, Initializer::normal(0.5));
    bias_ = &store_.add("bias", 20, 1, Initializer::zeros());
    bias_row_ = &store_.add("bias row", 1, 20, Initializer::zeros());
    store_.initialize(1);
    binary_.zeros(20, kExamples);
  }

  const ParameterStore& store() const { return store_; }

  Var loss(Tape& tape) const {
    Var x = lookup(tape, *table_, ids_.data(), ids_.size());
    x = dropout(tape, x, 0.2);
    x = lstm(tape, x, cell(tape, 0), cell(tape, 1), cell(tape, 2), {}, {}, shape_).hidden;
    x = sequence_dropout(tape, x, 0.2, kExamples);
    x = gru(tape, x, cell(tape, 4), cell(tape, 5), cell(tape, 6), cell(tape, 7), {}, shape_,
            Direction::backward)
            .hidden;
    x = rnn(tape, x, cell(tape, 8), cell(tape, 9), cell(tape, 10), {}, shape_).hidden;
    x = cifg(tape, x, cell(tape, 4), cell(tape, 5), cell(tape, 6), {}, {}, shape_).hidden;
    const Var gain = cell(tape, 3), column = tape.parameter(*column_);
    x = layer_norm_lstm(tape, x, cell(tape, 0), cell(tape, 1), cell(tape, 2),
                        {gain, gain, column, column}, {}, {}, shape_)
            .hidden;
    const Var round = tape.parameter(*square_), rounds[] = {round, round, round};
    x = mogrifier_lstm(tape, x, cell(tape, 0), cell(tape, 1), cell(tape, 2), rounds, 3, {}, {},
                       shape_)
            .hidden;
    x = attended(tape, attended(tape, x, false), true);
    Var loss = softmax_cross_entropy(tape, output(tape, x), ids_.data(), 0.1);
    loss = add(tape, loss,
               affine_transposed_cross_entropy(tape, tape.parameter(*table_), x,
                                               tape.parameter(*bias_), ids_.data(), 0.1));
    loss = add(tape, loss, mixture(tape, x));
    for (Var pooled :
         {last_over_time(tape, x, shape_), mean_over_time(tape, x, shape_),
          max_over_time(tape, x, shape_),
          attention_over_time(tape, x, affine(tape, tape.parameter(*score_), x), shape_)}) {
      Var logits = output(tape, pooled);
      for (const Activation activation :
           {Activation::sigmoid, Activation::tanh, Activation::leaky_relu, Activation::noisy_relu,
            Activation::softplus, Activation::gelu})
        logits = activate(tape, logits, activation);
      loss = add(tape, loss, sigmoid_cross_entropy(tape, logits, binary_));
      loss = add(tape, loss, squared_error(tape, softmax(tape, logits), binary_));
      loss = add(tape, loss, perceptron_loss(tape, logits, ids_.data()));
    }
    loss = add(tape, loss, squared_error(tape, output(tape, some(tape, x)), binary_));
    loss = add(tape, loss, softmax_cross_entropy(tape, candidates(tape, x), rows_.data()));
    Var bags = lookup_bags(tape, *table_, ids_.data(), offsets_.data(), nullptr, kExamples);
    return add(tape, loss, squared_error(tape, output(tape, multiply(tape, bags, bags)), binary_));
  }

 private:
  static constexpr Index kSize = 12;
  static constexpr int kExamples = 3;

  Var cell(Tape& tape, std::size_t i) const { return tape.parameter(*cells_[i]); }
  Var output(Tape& tape, Var x) const {
    return affine_transposed(tape, tape.parameter(*table_), x, tape.parameter(*bias_));
  }

  // Two layers that attend to what they read.
  Var attended(Tape& tape, Var x, bool additive) const {
    DecoderLayer layers[2];
    for (DecoderLayer& layer : layers)
      layer.input = cell(tape, 0), layer.recurrent = cell(tape, 1), layer.bias = cell(tape, 2);
    layers[0].feed = cell(tape, 1);
    const Var square = tape.parameter(*square_), packed = pack_sequences(tape, x, shape_);
    AttentionDecoder decoder;
    decoder.layers = layers;
    decoder.layer_count = 2;
    decoder.memory.keys = decoder.memory.values = affine(tape, square, packed);
    decoder.memory.starts = starts_.data();
    decoder.memory.sentences = kExamples;
    if (additive) decoder.query = square, decoder.score = tape.parameter(*column_);
    decoder.output = square;
    decoder.bias = tape.parameter(*column_);
    decoder.dropout = 0.2;
    return attention_decoder(tape, x, decoder, shape_).attended;
  }

  Var some(Tape& tape, Var x) const {
    return select_columns(tape, x, chosen_.data(), chosen_.size());
  }
  // As many components as a weight of three times the size has blocks.
  Var mixture(Tape& tape, Var x) const {
    Mixture mixture{tape.parameter(*table_), tape.parameter(*bias_), true, {}, {}};
    mixture.latent = dense(tape, cell(tape, 4), x, cell(tape, 6), Activation::tanh);
    mixture.prior = affine(tape, tape.parameter(*priors_), x);
    if (!tape.training()) mixture_log_probabilities(tape, mixture);
    return mixture_cross_entropy(tape, mixture, ids_.data());
  }
  Var candidates(Tape& tape, Var x) const {
    return candidate_logits(tape, *table_, *bias_row_, x, chosen_.data(), offsets_of_chosen_.data(),
                            chosen_.size(), ids_.data());
  }

  ParameterStore store_;
  const Parameter *table_, *score_, *priors_, *square_, *column_, *bias_, *bias_row_;
  std::vector<const Parameter*> cells_;
  std::vector<int> ids_ = {1, 5, 9, 3, 3, 0, 17, 2, 19, 4, 4, 4}, lengths_ = {4, 0, 2},
                   offsets_ = {0, 4, 4, 12}, starts_ = {0, 4, 4, 6}, chosen_ = {1, 4, 9},
                   rows_ = std::vector<int>(12, 3);
  std::vector<real> offsets_of_chosen_ = {0, 1, 2};
  SequenceShape shape_{4, kExamples, lengths_.data()};
  Matrix binary_;
};

TEST(Allocation, TheCounterCounts) {
  std::vector<int> numbers;
  EXPECT_EQ(allocations_of([&] { numbers.resize(1000); }), 1u);
  Matrix matrix;
  EXPECT_EQ(allocations_of([&] { matrix.set_size(100, 100); }), 1u);
}

TEST(Allocation, ATrainingStepInTheSteadyStateAllocatesNothing) {
  const Everything net;
  Gradients gradients(net.store());
  RandomStream noise(1, "dropout");
  Tape tape(gradients, noise);
  const auto step = [&] {
    tape.reset();
    tape.backward(net.loss(tape));
    const double norm = gradients.norm();
    gradients.scale(static_cast<real>(1 / (1 + norm)));
  };
  for (int warm_up = 0; warm_up < 3; ++warm_up) step();
  const std::size_t memory = tape.memory();
  EXPECT_EQ(allocations_of([&] {
              for (int i = 0; i < 5; ++i) step();
            }),
            0u);
  EXPECT_EQ(tape.memory(), memory);
}

TEST(Allocation, NorDoesAnAnswer) {
  const Everything net;
  Tape tape;
  const auto answer = [&] {
    tape.reset();
    net.loss(tape);
  };
  answer();
  EXPECT_EQ(allocations_of(answer), 0u);
}

}  // namespace
}  // namespace weft

#endif
