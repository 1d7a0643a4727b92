// How well codes find what belongs together.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "models/core/matrix.h"

namespace weft {

/// Of the nearest 1, 3, 7, 15, … up to all other examples, the share that has the label of the one
/// asked with, averaged over all examples (Hinton & Salakhutdinov 2006). Near is what has a large
/// cosine. `codes`: C × N, labels: N. Pairs of how many are fetched and the precision, which is a
/// function of the codes alone: of equal cosines the earlier example comes first.
std::vector<std::pair<std::size_t, double>> retrieval_precision(
    const Matrix& codes, const std::vector<std::string>& labels);

}  // namespace weft
