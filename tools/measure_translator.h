// What `weft test` does with a translator.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "base/options.h"
#include "corpora/pair_reader.h"
#include "models/nets/translation_search.h"

namespace weft {

struct TranslatorTestOptions {
  std::string output;  // where the translations go
  int samples = 1000;
  std::int64_t seed = 1;
  void visit(OptionVisitor& v);
};

/// evaluate_translator() on a file or two. With `against`, a model or a text of translations,
/// "against" holds the other's measures, its path as "file", and as "comparison" what
/// TranslationMetrics::compare() tells.
nlohmann::json measure_translator(const Translator& model, const std::vector<std::string>& data,
                                  const PairReaderOptions& reader, const TranslationOptions& search,
                                  const TranslatorTestOptions& options, const std::string& against);

/// For people, a line a measure.
void print_comparison(const nlohmann::json& measures, std::ostream& out);

}  // namespace weft
