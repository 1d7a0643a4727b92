#include "train/estimate.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Estimate, CountsEveryCopy) {
  ParameterStore store;
  store.add("embedding", 10, 1000, Initializer::zeros());
  store.add("weight", 20, 10, Initializer::zeros());
  store.add("bias", 20, 1, Initializer::zeros());
  const std::uint64_t numbers = 10220, one = numbers * sizeof(real);
  const MemoryEstimate adam = estimate_memory(store, OptimizerKind::adam, 70, 1, 5);
  EXPECT_EQ(adam.parameters, one);
  EXPECT_EQ(adam.gradients, one);
  EXPECT_EQ(adam.optimizer, 2 * one);
  EXPECT_EQ(adam.copies, one);
  EXPECT_EQ(adam.activations, 2 * 70 * (10 + 20 + 5) * sizeof(real));
  EXPECT_EQ(estimate_memory(store, OptimizerKind::sgd, 70, 0).total(),
            2 * one + 2 * 70 * 30 * sizeof(real));
  EXPECT_EQ(estimate_memory(store, OptimizerKind::rmsprop, 0, 0).optimizer, one);
}

TEST(Estimate, IsOneLine) {
  ParameterStore store;
  store.add("w", 1000, 1235, Initializer::zeros());
  MemoryEstimate memory;
  memory.parameters = std::uint64_t{3} << 29;
  EXPECT_EQ(training_summary(store, memory, 929589, "tokens"),
            "1,235,000 parameters, about 1.5 GiB of memory, 929,589 tokens an epoch");
  memory.parameters = 2 << 20;
  EXPECT_EQ(training_summary(store, memory, 0, "tokens"),
            "1,235,000 parameters, about 2 MiB of memory");
}

}  // namespace
}  // namespace weft
