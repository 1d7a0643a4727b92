// The pages of `weft test --completion` and `--queries`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "train/report/report.h"

namespace weft {

/// `measures`: of evaluate_completion(), and another model's as "against", if there is one, with
/// its name as "file".
Report completion_report(const std::string& title, const nlohmann::json& measures);

/// Likewise, of evaluate_queries().
Report query_report(const std::string& title, const nlohmann::json& measures);

}  // namespace weft
