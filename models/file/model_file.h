// One file is the whole truth about a model.
//
// The container is the safetensors layout: an 8-byte length, a JSON header, raw little-endian
// tensors. `__metadata__` holds strings only: "format" ("weft 1"), "model" (a JSON object: kind,
// architecture, training record, self-test samples), "checksum" (XXH3 of the whole file with this
// field zeroed). The tokenizer rides along as a byte tensor "tokenizer".
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
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

/// Writes atomically. Matrices are stored row by row as numpy and PyTorch expect: a weight of
/// `outputs` rows and `inputs` columns has the shape [outputs, inputs]; embeddings (E × V here) are
/// stored as they lie in memory, shape [V, E], and marked so in the header's shape alone.
void save_model(const std::string& path, const Model& model, const ModelRecord& record);

/// A model whose weights live in the mapped file, and what else the file says.
struct LoadedModel {
  std::unique_ptr<Model> model;
  ModelRecord record;
  std::string checksum;
  std::uint64_t bytes = 0;
  std::shared_ptr<MappedFile> file;  // must live as long as the model
};

/// Throws FormatError if the file is damaged, of another kind or another version, and says which.
LoadedModel load_model(const std::string& path);
/// The same, and throws UserError if it is not a model of type T ("… is a language model; …").
template <class T>
struct Loaded {
  std::unique_ptr<T> model;
  ModelRecord record;
  std::string checksum;
  std::shared_ptr<MappedFile> file;
};
template <class T>
Loaded<T> load_model_as(const std::string& path, const std::string& wanted_kind);

/// One self-test sample's result.
struct SelfTestResult {
  std::string input;
  double worst_difference = 0;  // between stored and computed numbers
  bool passed = false;
};
std::vector<SelfTestResult> self_test(const LoadedModel& loaded);

}  // namespace weft
