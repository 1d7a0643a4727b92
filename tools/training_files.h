// The files that a training reads and writes.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
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

/// The name of an option and the path that it names.
using NamedPaths = std::vector<std::pair<std::string, std::string>>;

/// Throws UserError if an output would overwrite an input or another output, under whatever name.
/// A checkpoint may take the place of the one that is gone on from.
void refuse_overwriting(const NamedPaths& outputs, const NamedPaths& inputs);

}  // namespace weft
