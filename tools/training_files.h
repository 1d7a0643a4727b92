// The files that a training reads and writes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/options.h"

namespace weft {

struct TrainingFiles {
  std::string train, valid, model;
  /// Of a task that learns from pairs: the targets of `train` and `valid`, if they have a file of
  /// their own.
  bool pairs = false;
  std::string train_target, valid_target;
  std::vector<std::string> train_files() const;
  std::vector<std::string> valid_files() const;
  void visit(OptionVisitor& v);
};

/// Where data is ("file") and what is in it ("checksum"); of two files, lists.
nlohmann::json file_record(const std::vector<std::string>& paths);

}  // namespace weft
