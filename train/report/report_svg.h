// The pictures of a report.
#pragma once

#include <string>
#include <vector>

#include "train/report/report.h"

namespace weft {

std::string chart_svg(const LineChart& chart);
std::string heat_map_svg(const HeatMap& map);
std::string scatter_svg(const ScatterPlot& plot);
/// An <img> with the PNG inside.
std::string image_grid(const ImageGrid& grid);

/// Places for marks on an axis from `low` to `high`: about `wanted` of them, 1, 2 or 5 times a
/// power of ten apart, all inside the range.
std::vector<double> linear_ticks(double low, double high, int wanted);
/// Powers of ten inside the range, or 1, 2 and 5 times them if those are few; low > 0.
std::vector<double> log_ticks(double low, double high);
/// Short: "0.001", "12,000" as "12k", "2.5M".
std::string tick_text(double value);
/// A coordinate, two decimals at most.
std::string coordinate(double value);

}  // namespace weft
