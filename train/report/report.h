// A page to look at: a document of a few kinds of blocks, written as one self-contained HTML file
// (inline SVG, nothing loaded from elsewhere, no scripts, readable in light and dark).
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace weft {

struct ReportHeading {
  std::string text;
};
struct ReportParagraph {
  std::string text;
};
/// The first row of cells is set apart; cells that read as numbers are aligned to the right.
struct ReportTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
/// What a model wrote, or was given: line breaks and spaces are kept.
struct ReportSample {
  std::string caption;
  std::string text;
};

struct ChartSeries {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x ascending; a y that is not finite is a gap
};
struct LineChart {
  std::string title, x_label, y_label;
  std::vector<ChartSeries> series;
  bool log_y = false;  // only if every value is positive, else ignored
  bool log_x = false;  // likewise
  bool dots = false;   // no curve: each point stands for itself, in any order
};

/// A matrix as coloured cells: blue below zero, white or dark at zero, red above; the strongest
/// colour stands for the largest absolute value, or for `range` if that is not 0. Values by rows.
struct HeatMap {
  std::string title;
  std::vector<std::string> row_labels, column_labels;  // as many as there are rows and columns
  std::vector<std::vector<double>> values;
  double range = 0;
  bool is_share = false;  // no value lies below zero: neither does the key
};

/// Grey pictures of one size in rows: 0 black, 1 white, what lies beyond like these. Pixels by
/// rows.
struct ImageGrid {
  std::string title;
  std::size_t height = 0, width = 0;
  std::vector<std::vector<std::vector<float>>> rows;
};

/// Points of the plane, coloured by label; both axes have one scale.
struct ScatterPlot {
  struct Point {
    double x, y;
    std::string label;
  };
  std::string title;
  std::vector<Point> points;  // those that are not finite are left out
};

using ReportBlock = std::variant<ReportHeading, ReportParagraph, ReportTable, ReportSample,
                                 LineChart, HeatMap, ImageGrid, ScatterPlot>;

struct Report {
  std::string title;
  std::vector<ReportBlock> blocks;
};

/// Any text is allowed anywhere: it is escaped, and bytes that are no UTF-8 are replaced.
std::string to_html(const Report& report);
/// Atomically. Throws UserError if the file cannot be written.
void write_report(const std::string& path, const Report& report);

/// For HTML text and attributes: & < > " ' escaped, control characters but \n and \t left out,
/// invalid UTF-8 replaced by U+FFFD.
std::string escape_html(std::string_view text);

}  // namespace weft
