// Line charts.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "train/report/report_svg.h"

namespace weft {
namespace {

constexpr double kWidth = 720, kHeight = 340;
constexpr double kLeft = 64, kRight = 16, kBottom = 46;
constexpr std::size_t kColours = 6;  // --s0 … --s5 of the page

/// One axis: numbers to coordinates.
struct Axis {
  double low, high;    // of the numbers
  double first, last;  // of the coordinates
  bool logarithmic;

  double scaled(double value) const { return logarithmic ? std::log10(value) : value; }
  double operator()(double value) const {
    const double share = (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
    return first + share * (last - first);
  }
};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
  /// Room around the curve, and a range to speak of if all values are equal.
  void widen(bool logarithmic) {
    if (logarithmic) {
      const double room = std::max(1.05, std::pow(high / low, 0.05));
      low /= room;
      high *= room;
      return;
    }
    const double largest = std::max(std::abs(low), std::abs(high));
    const bool equal = high - low <= 1e-9 * largest;  // but for rounding
    const double room = equal ? std::max(0.5, 0.05 * largest) : 0.05 * (high - low);
    low -= room;
    high += room;
  }
};

bool usable(const std::pair<double, double>& point) {
  return std::isfinite(point.first) && std::isfinite(point.second);
}

std::string line(double x1, double y1, double x2, double y2) {
  return "<line class=\"grid\" x1=\"" + coordinate(x1) + "\" y1=\"" + coordinate(y1) + "\" x2=\"" +
         coordinate(x2) + "\" y2=\"" + coordinate(y2) + "\"/>";
}

std::string label(double x, double y, const char* anchor, const std::string& text,
                  const std::string& more = "") {
  return "<text class=\"soft\" x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) +
         "\" text-anchor=\"" + anchor + "\"" + more + ">" + escape_html(text) + "</text>";
}

std::string axes(const LineChart& chart, const Axis& x, const Axis& y) {
  std::string svg;
  const auto y_ticks = y.logarithmic ? log_ticks(y.low, y.high) : linear_ticks(y.low, y.high, 6);
  for (const double tick : y_ticks) {
    svg += line(x.first, y(tick), x.last, y(tick));
    svg += label(x.first - 8, y(tick) + 4, "end", tick_text(tick));
  }
  const auto x_ticks = x.logarithmic ? log_ticks(x.low, x.high) : linear_ticks(x.low, x.high, 7);
  for (const double tick : x_ticks) {
    svg += line(x(tick), y.first, x(tick), y.first + 4);
    svg += label(x(tick), y.first + 18, "middle", tick_text(tick));
  }
  svg += label((x.first + x.last) / 2, y.first + 38, "middle", chart.x_label);
  const double middle = (y.first + y.last) / 2;
  return svg + label(14, middle, "middle", chart.y_label,
                     " transform=\"rotate(-90 14 " + coordinate(middle) + ")\"");
}

std::string colour(std::size_t index) { return "var(--s" + std::to_string(index % kColours) + ")"; }

std::string curve(const ChartSeries& series, std::size_t index, const Axis& x, const Axis& y,
                  bool only_dots) {
  // A point with a gap on both sides would be a path without length: it becomes a dot.
  std::string path, dots;
  const auto& points = series.points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!usable(points[i])) continue;
    const std::string at = coordinate(x(points[i].first)) + " " + coordinate(y(points[i].second));
    const bool before = !only_dots && i > 0 && usable(points[i - 1]);
    const bool after = !only_dots && i + 1 < points.size() && usable(points[i + 1]);
    if (before || after) path += (before ? "L" : "M") + at;
    if (points.size() <= 30 || (!before && !after))
      dots += "<circle cx=\"" + coordinate(x(points[i].first)) + "\" cy=\"" +
              coordinate(y(points[i].second)) + "\" r=\"3\" fill=\"" + colour(index) + "\"/>";
  }
  if (!path.empty())
    path = "<path class=\"curve\" stroke=\"" + colour(index) + "\" d=\"" + path + "\"/>";
  return path + dots;
}

/// Names in rows above the plot; the height they take.
double legend(const LineChart& chart, std::string& svg) {
  double x = kLeft, y = 16;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const std::string& name = chart.series[i].name;
    const auto letters =
        std::count_if(name.begin(), name.end(), [](char c) { return (c & 0xC0) != 0x80; });
    const double width = 44 + 7 * static_cast<double>(letters);
    if (x > kLeft && x + width > kWidth - kRight) {
      x = kLeft;
      y += 20;
    }
    svg += "<rect x=\"" + coordinate(x) + "\" y=\"" + coordinate(y - 6) +
           "\" width=\"16\" height=\"4\" rx=\"2\" fill=\"" + colour(i) + "\"/><text x=\"" +
           coordinate(x + 22) + "\" y=\"" + coordinate(y) + "\">" + escape_html(name) + "</text>";
    x += width;
  }
  return chart.series.empty() ? 12 : y + 16;
}

}  // namespace

std::string chart_svg(const LineChart& chart) {
  Range xs, ys;
  for (const ChartSeries& series : chart.series) {
    for (const auto& point : series.points) {
      if (!usable(point)) continue;
      xs.add(point.first);
      ys.add(point.second);
    }
  }
  std::string svg;
  const double top = legend(chart, svg);
  const double height = kHeight + top;
  const std::string head = "<svg viewBox=\"0 0 " + coordinate(kWidth) + " " + coordinate(height) +
                           "\" role=\"img\" aria-label=\"" + escape_html(chart.title) + "\">";
  if (xs.empty())
    return head + svg + label(kWidth / 2, height / 2, "middle", "no points yet") + "</svg>";
  const bool logarithmic = chart.log_y && ys.low > 0, logarithmic_x = chart.log_x && xs.low > 0;
  // Curves begin at the axis; dots stay clear of it.
  if (xs.low == xs.high || chart.dots) xs.widen(logarithmic_x);
  ys.widen(logarithmic);
  const Axis x{xs.low, xs.high, kLeft, kWidth - kRight, logarithmic_x};
  const Axis y{ys.low, ys.high, height - kBottom, top, logarithmic};
  svg += axes(chart, x, y);
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    svg += curve(chart.series[i], i, x, y, chart.dots);
  return head + svg + "</svg>";
}

std::vector<double> linear_ticks(double low, double high, int wanted) {
  const double raw = (high - low) / std::max(1, wanted);
  if (!(raw > 0) || !std::isfinite(raw)) return {low};
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= 0.999 * raw) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  for (double k = first; k <= last; ++k) ticks.push_back(k == 0 ? 0 : k * step);
  return ticks;
}

std::vector<double> log_ticks(double low, double high) {
  const double first = std::floor(std::log10(low)), last = std::ceil(std::log10(high));
  const double decades = std::log10(high / low);
  if (decades < 0.5) return linear_ticks(low, high, 6);
  const double stride = std::max(1.0, std::ceil(decades / 8));
  std::vector<double> ticks;
  for (double power = first; power <= last; power += stride) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10.0, power);
      if (tick >= low && tick <= high && (factor == 1 || decades < 3)) ticks.push_back(tick);
    }
  }
  return ticks;
}

std::string tick_text(double value) {
  const auto text = [](double number, const char* unit) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.4g%s", number, unit);
    return std::string(buffer);
  };
  const double size = std::abs(value);
  if (size >= 1e12) return text(value, "");
  if (size >= 1e9) return text(value / 1e9, "G");
  if (size >= 1e6) return text(value / 1e6, "M");
  if (size >= 1e4) return text(value / 1e3, "k");
  return text(value, "");
}

std::string coordinate(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f", value);
  std::string text = buffer;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace weft
