#include "train/report/completion_report.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace weft {
namespace {

std::string percent(const nlohmann::json& share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share.get<double>());
  return text;
}

std::string milliseconds(const nlohmann::json& time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms", time.get<double>());
  return text;
}

ReportTable summary(const nlohmann::json& measures) {
  ReportTable table{{"measure", "value"}, {}};
  const auto row = [&](const std::string& name, const std::string& value) {
    table.rows.push_back({name, value});
  };
  row("threshold of confidence", percent(measures["threshold"]));
  row("places with a suggestion", percent(measures["shown"]));
  row("suggestions that were right", percent(measures["precision"]));
  row("keystrokes saved", percent(measures["keystrokes_saved"]));
  row("keystrokes saved, best threshold with 60 % right",
      percent(measures["keystrokes_saved_at_60"]));
  const nlohmann::json& matches = measures["exact_match"];
  for (std::size_t n = 0; n < matches.size(); ++n)
    row("ExactMatch@" + std::to_string(n + 1), percent(matches[n]));
  row("time of a keystroke, median", milliseconds(measures["median_ms"]));
  row("99 % of keystrokes within", milliseconds(measures["p99_ms"]));
  return table;
}

}  // namespace

Report completion_report(const std::string& title, const nlohmann::json& measures) {
  LineChart precision{"Suggestions that were right, by threshold",
                      "threshold of confidence",
                      "share",
                      {{"right", {}}, {"as promised", {}}}};
  LineChart use{"What a threshold gives",
                "threshold of confidence",
                "share",
                {{"places with a suggestion", {}}, {"keystrokes saved", {}}}};
  for (const auto& point : measures["curve"]) {
    const double threshold = point[0];
    precision.series[0].points.emplace_back(threshold, point[1].get<double>());
    precision.series[1].points.emplace_back(threshold, threshold);
    use.series[0].points.emplace_back(threshold, point[2].get<double>());
    use.series[1].points.emplace_back(threshold, point[3].get<double>());
  }
  return {title, {summary(measures), precision, use}};
}

}  // namespace weft
