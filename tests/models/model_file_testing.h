// What tests of the model file share.
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <string>

#include "models/file/model_file.h"
#include "models/file/safetensors.h"
#include "tests/corpora/temporary_files.h"
#include "tests/models/small_models.h"

namespace weft {

class ModelFile : public testing::Test {
 protected:
  std::string save(const Model& model, const ModelRecord& record = {}) {
    const std::string path = files_.path("model.weft");
    save_model(path, model, record);
    return path;
  }
  // A name of its own each time: a file system may take its time to write one anew.
  std::string write_fresh(const std::string& bytes) {
    std::filesystem::remove(files_.path(std::to_string(written_)));
    return files_.write(std::to_string(++written_), bytes);
  }
  std::string load_error(const std::string& path) {
    return complaint([&] { load_model(path); });
  }
  // The model's file written again by the container alone, after `change` saw its parts.
  template <class Change>
  std::string rewritten(const Model& model, Change change) {
    const SafetensorsFile file(std::make_shared<MappedFile>(save(model)));
    auto metadata = file.metadata();
    metadata.erase("checksum");
    auto description = nlohmann::json::parse(metadata.at("model"));
    auto tensors = file.tensors();
    change(metadata, description, tensors);
    metadata["model"] = description.dump();
    const std::string path = files_.path("rewritten.weft");
    write_safetensors(path, metadata, tensors);
    return path;
  }

  TemporaryFiles files_;
  int written_ = 0;
};

}  // namespace weft
