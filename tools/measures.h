// Measures of a model, for people to read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>

namespace weft {

/// A line a measure, then a table of the labels if there are any.
void print_measures(const nlohmann::json& measures, std::ostream& out);

/// "perplexity 83.1204, loss 4.4203": without the counts and the labels.
std::string measures_in_a_line(const nlohmann::json& measures);

}  // namespace weft
