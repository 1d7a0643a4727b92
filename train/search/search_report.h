// The page about a hyper-parameter search.
#pragma once

#include <string>
#include <vector>

#include "train/report/report.h"
#include "train/search/search_space.h"
#include "train/search/trial.h"

namespace weft {

/// The best trials, the best so far by trial, and each option against the score: numbers as dots,
/// words as a table.
Report search_report(const std::string& title, const SearchSpace& space,
                     const std::vector<Trial>& trials);

}  // namespace weft
