// Grids of grey pictures, and scatter plots.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/png.h"
#include "train/report/report_svg.h"

namespace weft {
namespace {

constexpr std::size_t kGap = 2;  // pixels between pictures
constexpr std::uint8_t kGapGrey = 128;
constexpr double kSize = 560;  // of a plot
constexpr double kMargin = 24;
constexpr std::size_t kColours = 12;

std::uint8_t grey(float value) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0f, 1.0f)));
}

/// Colours that are told apart on light and dark ground; further labels begin again.
std::string colour(std::size_t index) {
  return "hsl(" + std::to_string(index % kColours * 360 / kColours) +
         (index % 2 ? ",75%,42%)" : ",65%,60%)");
}

struct Bounds {
  double x_low = HUGE_VAL, x_high = -HUGE_VAL, y_low = HUGE_VAL, y_high = -HUGE_VAL;
};

bool finite(const ScatterPlot::Point& point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

std::string legend(const std::vector<std::string>& labels) {
  std::string svg;
  for (std::size_t i = 0; i < std::min<std::size_t>(labels.size(), 2 * kColours); ++i) {
    const std::string y = coordinate(kMargin + 18 * static_cast<double>(i));
    svg += "<circle cx=\"" + coordinate(kSize + 2 * kMargin) + "\" cy=\"" + y +
           "\" r=\"5\" fill=\"" + colour(i) + "\"/><text x=\"" +
           coordinate(kSize + 2 * kMargin + 12) + "\" y=\"" + y + "\" dy=\"4\">" +
           escape_html(labels[i]) + "</text>";
  }
  return svg;
}

}  // namespace

std::string image_grid(const ImageGrid& grid) {
  std::size_t columns = 0;
  for (const auto& row : grid.rows) columns = std::max(columns, row.size());
  const std::size_t width = columns * (grid.width + kGap) + kGap;
  const std::size_t height = grid.rows.size() * (grid.height + kGap) + kGap;
  std::vector<std::uint8_t> pixels(width * height, kGapGrey);
  for (std::size_t i = 0; i < grid.rows.size(); ++i)
    for (std::size_t j = 0; j < grid.rows[i].size(); ++j)
      for (std::size_t p = 0; p < std::min(grid.rows[i][j].size(), grid.height * grid.width); ++p)
        pixels[(kGap + i * (grid.height + kGap) + p / grid.width) * width + kGap +
               j * (grid.width + kGap) + p % grid.width] = grey(grid.rows[i][j][p]);
  return "<img alt=\"" + escape_html(grid.title) + "\" src=\"data:image/png;base64," +
         base64(grey_png(width, height, pixels)) + "\"/>";
}

std::string scatter_svg(const ScatterPlot& plot) {
  std::vector<std::string> labels;
  Bounds bounds;
  for (const ScatterPlot::Point& point : plot.points) {
    labels.push_back(point.label);
    if (!finite(point)) continue;
    bounds.x_low = std::min(bounds.x_low, point.x);
    bounds.x_high = std::max(bounds.x_high, point.x);
    bounds.y_low = std::min(bounds.y_low, point.y);
    bounds.y_high = std::max(bounds.y_high, point.y);
  }
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  const double extent =
      std::max({bounds.x_high - bounds.x_low, bounds.y_high - bounds.y_low, 1e-12});
  std::string svg = "<svg viewBox=\"0 0 " + coordinate(kSize + 2 * kMargin + 120) + " " +
                    coordinate(kSize + 2 * kMargin) + "\" role=\"img\" aria-label=\"" +
                    escape_html(plot.title) + "\">";
  for (const ScatterPlot::Point& point : plot.points) {
    if (!finite(point)) continue;
    const auto label = std::lower_bound(labels.begin(), labels.end(), point.label);
    svg += "<circle cx=\"" + coordinate(kMargin + kSize * (point.x - bounds.x_low) / extent) +
           "\" cy=\"" + coordinate(kMargin + kSize * (bounds.y_high - point.y) / extent) +
           "\" r=\"2.5\" fill=\"" + colour(static_cast<std::size_t>(label - labels.begin())) +
           "\"/>";
  }
  const bool labelled = labels.size() > 1 || (labels.size() == 1 && !labels[0].empty());
  return svg + (labelled ? legend(labels) : "") + "</svg>";
}

}  // namespace weft
