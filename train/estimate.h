// What a training will cost, told before it begins.
#pragma once

#include <cstdint>
#include <string>

#include "models/nets/model.h"
#include "train/optimizer.h"

namespace weft {

/// Bytes. A rough upper estimate; the process itself, the corpus and oneDNN's scratch come on top.
struct MemoryEstimate {
  std::uint64_t parameters = 0;
  std::uint64_t gradients = 0;    // as large as the parameters
  std::uint64_t optimizer = 0;    // state_matrices() times the parameters
  std::uint64_t copies = 0;       // of the best model, of averaged weights
  std::uint64_t activations = 0;  // see estimate_memory()
  std::uint64_t total() const { return parameters + gradients + optimizer + copies + activations; }
};

/// `positions`: columns of a batch, T·B for sequences, B else. Every weight matrix with M rows
/// gives M numbers a position, and backward as many gradients: 2 · positions · Σ M. Matrices of one
/// column are biases and give none. `extra_rows`: results of weights used a second time (tied
/// output weights: the vocabulary). `copies`: of the weights that are kept beside them.
MemoryEstimate estimate_memory(const ParameterStore& store, OptimizerKind optimizer,
                               std::uint64_t positions, int copies, std::uint64_t extra_rows = 0);

/// "4,654,000 parameters, about 71 MiB of memory, 929,589 tokens an epoch". `targets` 0: not known.
std::string training_summary(const ParameterStore& store, const MemoryEstimate& memory,
                             std::uint64_t targets, const std::string& target_name);

}  // namespace weft
