#include "tools/training_files.h"

#include <nlohmann/json.hpp>

#include "base/file.h"

namespace weft {
namespace {

std::string checksum_of(const std::string& path) {
  return checksum_digits(MappedFile(path).checksum());
}

std::vector<std::string> one_or_two(const std::string& first, const std::string& second) {
  std::vector<std::string> files;
  for (const std::string& file : {first, second})
    if (!file.empty()) files.push_back(file);
  return files;
}

/// Shows two file names as the one option they are.
void visit_pair(OptionVisitor& v, const char* name, std::string& first, std::string& second,
                const char* help) {
  std::vector<std::string> files = one_or_two(first, second);
  v.files(name, files, 2, help);
  first = files.empty() ? "" : files[0];
  second = files.size() < 2 ? "" : files[1];
}

}  // namespace

std::vector<std::string> TrainingFiles::train_files() const {
  return one_or_two(train, train_target);
}
std::vector<std::string> TrainingFiles::valid_files() const {
  return one_or_two(valid, valid_target);
}

void TrainingFiles::visit(OptionVisitor& v) {
  if (pairs) {
    visit_pair(v, "train", train, train_target,
               "pairs to learn from: two files whose lines belong together, or one with "
               "source<TAB>target (.gz and .xz as they are)");
    visit_pair(v, "valid", valid, valid_target,
               "pairs to choose the best model on; without them the last model is kept");
  } else {
    v.file("train", train, "file to learn from (.gz and .xz as they are)");
    v.file("valid", valid, "file to choose the best model on; without one the last model is kept");
  }
  v.file("model", model, "file to write the model to");
}

nlohmann::json file_record(const std::vector<std::string>& paths) {
  if (paths.size() == 1) return {{"file", paths[0]}, {"checksum", checksum_of(paths[0])}};
  nlohmann::json record = {{"file", paths}, {"checksum", nlohmann::json::array()}};
  for (const std::string& path : paths) record["checksum"].push_back(checksum_of(path));
  return record;
}

}  // namespace weft
