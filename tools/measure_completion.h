// What `weft test --completion` and `weft calibrate` do with a language model.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "models/nets/completion.h"
#include "train/measures/completion_measures.h"

namespace weft {

struct CompletionTestOptions {
  bool completion = false, queries = false, with_context = false;
  std::string popular, report;
  int count = 10;  // of whole queries
  int max_tokens = 10;
  double min_confidence = 0.5;
  int words = 3;
  std::int64_t keystrokes = 10000;
  void visit(OptionVisitor& v);
};

/// Lines of a file; those with a context as in split_context().
std::vector<WrittenText> read_written_texts(const std::string& path, const std::string& encoding,
                                            bool with_context);

/// Another model, and its file.
struct ComparedModel {
  const CompletionModel& model;
  std::string file;
};

/// With another model, "against" holds what it was measured at, on the same text, and its "file".
nlohmann::json measure_completion(const CompletionModel& model,
                                  const std::optional<ComparedModel>& other,
                                  const std::string& data, const std::string& encoding, int beam,
                                  const CompletionTestOptions& options);

}  // namespace weft
