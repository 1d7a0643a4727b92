// The page of `weft test --completion`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "train/report/report.h"

namespace weft {

/// `measures`: of evaluate_completion().
Report completion_report(const std::string& title, const nlohmann::json& measures);

}  // namespace weft
