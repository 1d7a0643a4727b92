// The pages of `weft test --completion` and `--queries`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "train/report/report.h"

namespace weft {

/// `measures`: of evaluate_completion() for a model on some data, and another model's as "against",
/// if there is one, with its name as "file".
Report completion_report(const std::string& model_name, const std::string& data,
                         const nlohmann::json& measures);

/// Likewise, of evaluate_queries().
Report query_report(const std::string& model_name, const std::string& data,
                    const nlohmann::json& measures);

}  // namespace weft
