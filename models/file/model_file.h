// One file is the whole truth about a model.
//
// The container is the safetensors layout (safetensors.h). `__metadata__` holds strings only:
// "checksum" (over every byte), "format" ("weft 1"), "model" (a JSON object: kind, architecture,
// training record, self-test samples with their outputs, checkpoint). Behind it lie the model's
// parameters, then extra tensors, last the tokenizer as a byte tensor "tokenizer" and, of a
// translator that writes with another one than it reads with, "target_tokenizer".
//
// Matrices are stored as they lie in memory, so that a loaded model works in the mapped file. Here
// they are column by column, in numpy and PyTorch row by row: a matrix of M rows and N columns has
// the shape [N, M] there, that is, it arrives transposed. An embedding is [words, dimension], as in
// PyTorch; a weight is [inputs, outputs], the transpose of PyTorch's; a bias is [1, outputs].
// Weights of eight bits: quantized_tensors.h.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "models/nets/model.h"

namespace weft {

/// Tensors beyond the model's own, for checkpoints ("optimizer/adam/first/recurrent.0.input").
struct ExtraTensor {
  std::string name;
  Matrix value;
};

struct ModelRecord {
  nlohmann::json training;    // options, data, seed, epochs, measures: whatever the trainer noted
  nlohmann::json checkpoint;  // null unless this is a checkpoint: positions and states
  std::vector<ExtraTensor> extra;
  std::vector<std::string> self_test_inputs;  // their fingerprints are computed on saving
};

/// Writes atomically. The self-test's outputs are stored with nine significant digits.
void save_model(const std::string& path, const Model& model, const ModelRecord& record);

/// A model whose weights live in the mapped file, and what else the file says.
struct LoadedModel {
  std::unique_ptr<Model> model;
  ModelRecord record;                                  // its extra tensors are copies
  std::vector<std::vector<double>> self_test_outputs;  // one for each of the record's inputs
  std::string checksum;
  std::uint64_t bytes = 0;
  std::shared_ptr<MappedFile> file;  // must live as long as the model
};

/// Checks every byte, copies no weight. Throws UserError if the file cannot be read, FormatError if
/// it is damaged, truncated, of another kind or a newer format, and says which.
LoadedModel load_model(const std::string& path);

template <class T>
struct Loaded {
  std::unique_ptr<T> model;
  ModelRecord record;
  std::string checksum;
  std::shared_ptr<MappedFile> file;  // must live as long as the model
};

[[noreturn]] void throw_wrong_kind(const std::string& path, const std::string& kind,
                                   const std::string& wanted_kind);

/// The same for a model of type T, else FormatError ("this is a language model; name a
/// classifier").
template <class T>
Loaded<T> load_model_as(const std::string& path, const std::string& wanted_kind) {
  LoadedModel loaded = load_model(path);
  T* model = dynamic_cast<T*>(loaded.model.get());
  if (!model) throw_wrong_kind(path, loaded.model->kind(), wanted_kind);
  static_cast<void>(loaded.model.release());
  return {std::unique_ptr<T>(model), std::move(loaded.record), std::move(loaded.checksum),
          std::move(loaded.file)};
}

/// One self-test sample's result.
struct SelfTestResult {
  std::string input;
  double worst_difference = 0;  // between stored and computed numbers, both of nine digits
  bool passed = false;          // at most 1e-4: processors round differently
};
/// Computes the self-test's outputs again. On the machine that saved the model they are equal.
std::vector<SelfTestResult> self_test(const LoadedModel& loaded);

}  // namespace weft
