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

/// `--keystrokes`, see type_texts().
void visit_keystrokes(OptionVisitor& v, std::int64_t& value);

struct CompletionTestOptions {
  bool completion = false, queries = false, with_context = false;
  std::string popular, report;
  int count = 10;  // of whole queries
  int max_tokens = 0;
  double min_confidence = 0.5;
  int words = 3;
  std::int64_t keystrokes = 10000;
  void visit(OptionVisitor& v);
};

/// Lines of a file; those with a context as in split_context().
std::vector<WrittenText> read_written_texts(const std::string& path, const std::string& encoding,
                                            bool with_context);

/// A model and its file.
struct NamedModel {
  const CompletionModel& model;
  std::string file;
};

/// With another model, "against" holds what it was measured at, on the same text, and its "file".
nlohmann::json measure_completion(const NamedModel& ours, const std::optional<NamedModel>& other,
                                  const std::string& data, const std::string& encoding, int beam,
                                  const CompletionTestOptions& options);

}  // namespace weft
