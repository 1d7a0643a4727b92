// Heat maps.
#include <algorithm>
#include <cmath>

#include "train/report/report_svg.h"

namespace weft {
namespace {

constexpr double kWidth = 720;
constexpr std::size_t kTooltips = 3000;  // cells; with more the page would be mostly tooltips

struct Layout {
  std::size_t rows = 0, columns = 0;
  double left = 12, top = 12;  // room for the labels
  double cell_width, cell_height;
  double width() const { return cell_width * static_cast<double>(columns); }
  double height() const { return cell_height * static_cast<double>(rows); }
};

std::size_t letters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::size_t longest(const std::vector<std::string>& labels) {
  std::size_t most = 0;
  for (const std::string& label : labels) most = std::max(most, letters(label));
  return std::min<std::size_t>(most, 24);
}

Layout lay_out(const HeatMap& map) {
  Layout layout;
  layout.rows = map.values.size();
  for (const auto& row : map.values) layout.columns = std::max(layout.columns, row.size());
  layout.left += 7 * static_cast<double>(longest(map.row_labels));
  layout.top += 5 * static_cast<double>(longest(map.column_labels)) + 8;  // slanted
  const double columns = static_cast<double>(std::max<std::size_t>(1, layout.columns));
  const double rows = static_cast<double>(std::max<std::size_t>(1, layout.rows));
  // Slanted labels of the last columns stick out to the right.
  layout.cell_width = std::clamp((kWidth - layout.left - layout.top) / columns, 4.0, 48.0);
  layout.cell_height = std::clamp(480 / rows, 4.0, 26.0);
  return layout;
}

std::string shortened(const std::string& label) {
  if (letters(label) <= 24) return label;
  std::string text;
  std::size_t count = 0;
  for (const char c : label) {
    if ((c & 0xC0) != 0x80 && ++count > 23) break;
    text += c;
  }
  return text + "…";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text,
                    const std::string& more = "") {
  return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" text-anchor=\"" + anchor +
         "\"" + more + ">" + escape_html(text) + "</text>";
}

std::string labels(const HeatMap& map, const Layout& layout) {
  std::string svg;
  // Rows too thin for a label each show every n-th.
  const std::size_t stride =
      static_cast<std::size_t>(std::max(1.0, std::ceil(13 / layout.cell_height)));
  for (std::size_t i = 0; i < std::min(layout.rows, map.row_labels.size()); i += stride)
    svg += text_at(layout.left - 6,
                   layout.top + layout.cell_height * (static_cast<double>(i) + 0.5) + 4, "end",
                   shortened(map.row_labels[i]), " class=\"soft\"");
  const std::size_t every =
      static_cast<std::size_t>(std::max(1.0, std::ceil(13 / layout.cell_width)));
  for (std::size_t j = 0; j < std::min(layout.columns, map.column_labels.size()); j += every) {
    const double x = layout.left + layout.cell_width * (static_cast<double>(j) + 0.5);
    const double y = layout.top - 6;
    svg += text_at(x, y, "start", shortened(map.column_labels[j]),
                   " transform=\"rotate(-45 " + coordinate(x) + " " + coordinate(y) + ")\"");
  }
  return svg;
}

std::string tooltip(const HeatMap& map, std::size_t i, std::size_t j) {
  std::string text;
  if (i < map.row_labels.size()) text += map.row_labels[i] + ", ";
  if (j < map.column_labels.size()) text += map.column_labels[j] + ": ";
  const double value = map.values[i][j];
  text += std::isfinite(value) ? tick_text(value) : "no number";
  return "<title>" + escape_html(text) + "</title>";
}

/// The colour is full at ± range and clear at zero: the page shines through, light or dark.
std::string rectangle(double x, double y, double width, double height, double value, double range,
                      const std::string& content = "") {
  const double strength = range > 0 ? std::min(1.0, std::abs(value) / range) : 0;
  const std::string colour =
      std::isfinite(value)
          ? (value < 0 ? "low" : "high") + std::string("\" fill-opacity=\"") + coordinate(strength)
          : std::string("gap");
  return "<rect x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" width=\"" +
         coordinate(width) + "\" height=\"" + coordinate(height) + "\" class=\"" + colour +
         (content.empty() ? "\"/>" : "\">" + content + "</rect>");
}

std::string cells(const HeatMap& map, const Layout& layout, double range) {
  std::string svg;
  const bool tooltips = layout.rows * layout.columns <= kTooltips;
  const double gap = std::min(layout.cell_width, layout.cell_height) > 8 ? 1 : 0;
  for (std::size_t i = 0; i < layout.rows; ++i) {
    const double y = layout.top + layout.cell_height * static_cast<double>(i);
    for (std::size_t j = 0; j < map.values[i].size(); ++j) {
      const double x = layout.left + layout.cell_width * static_cast<double>(j);
      svg += rectangle(x, y, layout.cell_width - gap, layout.cell_height - gap, map.values[i][j],
                       range, tooltips ? tooltip(map, i, j) : "");
    }
  }
  return svg;
}

/// A strip from the lowest to the highest value.
std::string key(const Layout& layout, double range, bool is_share) {
  constexpr int kSteps = 21;
  constexpr double kStep = 8;
  const double y = layout.top + layout.height() + 16;
  std::string svg;
  for (int k = 0; k < kSteps; ++k) {
    const double part = static_cast<double>(k) / (kSteps - 1);
    const double value = range * (is_share ? part : 2 * part - 1);
    svg += rectangle(layout.left + kStep * k, y, kStep, 10, value, range);
  }
  const double end = layout.left + kStep * kSteps, text = y + 24;
  return svg +
         text_at(layout.left, text, "start", is_share ? "0" : tick_text(-range),
                 " class=\"soft\"") +
         text_at((layout.left + end) / 2, text, "middle", is_share ? "" : "0", " class=\"soft\"") +
         text_at(end, text, "end", tick_text(range), " class=\"soft\"");
}

}  // namespace

std::string heat_map_svg(const HeatMap& map) {
  const Layout layout = lay_out(map);
  double range = map.range;
  if (range == 0)
    for (const auto& row : map.values)
      for (const double value : row)
        if (std::isfinite(value)) range = std::max(range, std::abs(value));
  if (range == 0) range = 1;
  const double width = std::max(kWidth, layout.left + layout.width() + layout.top);
  const double height = layout.top + layout.height() + 48;
  return "<svg viewBox=\"0 0 " + coordinate(width) + " " + coordinate(height) +
         "\" role=\"img\" aria-label=\"" + escape_html(map.title) + "\">" + labels(map, layout) +
         cells(map, layout, range) + key(layout, range, map.is_share) + "</svg>";
}

}  // namespace weft
