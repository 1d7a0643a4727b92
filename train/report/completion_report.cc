#include "train/report/completion_report.h"

#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "train/measures/completion_measures.h"

namespace weft {
namespace {

std::string formatted(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string percent(const nlohmann::json& share) {
  return formatted("%.1f %%", 100 * share.get<double>());
}

std::string milliseconds(const nlohmann::json& time) {
  return formatted("%.2f ms", time.get<double>());
}

std::string mean_rank(const nlohmann::json& rank) { return formatted("%.4f", rank.get<double>()); }

/// The one that is measured and the one it is compared with, if there is one.
std::vector<std::pair<std::string, const nlohmann::json*>> compared(
    const nlohmann::json& measures) {
  std::vector<std::pair<std::string, const nlohmann::json*>> models = {{"", &measures}};
  const auto other = measures.find("against");
  if (other != measures.end()) models.emplace_back(other->at("file"), &*other);
  return models;
}

/// What a curve is called, of which model it may be.
std::string named(const std::string& curve, const std::string& model) {
  return model.empty() ? curve : curve + ", " + model;
}

/// A column for each model.
class SummaryTable {
 public:
  SummaryTable(const std::string& measured, const nlohmann::json& measures) : measures_(measures) {
    for (const auto& [name, model] : compared(measures))
      table_.columns.push_back(name.empty() ? measured : name);
  }
  /// `value`: of a model's measures.
  void row(const std::string& name,
           const std::function<std::string(const nlohmann::json& model)>& value) {
    table_.rows.push_back({name});
    for (const auto& model : compared(measures_))
      table_.rows.back().push_back(value(*model.second));
  }
  const ReportTable& table() const { return table_; }

 private:
  const nlohmann::json& measures_;
  ReportTable table_{{"measure"}, {}};
};

ReportTable summary(const std::string& measured, const nlohmann::json& measures) {
  SummaryTable table(measured, measures);
  const auto row = [&](const std::string& name, const auto& value) { table.row(name, value); };
  const auto share = [&](const std::string& name, const char* key) {
    row(name, [&](const nlohmann::json& model) { return percent(model.at(key)); });
  };
  row("places", [](const nlohmann::json& model) { return model.at("places").dump(); });
  share("threshold of confidence", "threshold");
  share("places with a suggestion", "shown");
  share("suggestions that were right", "precision");
  share("keystrokes saved", "keystrokes_saved");
  share("keystrokes saved, best threshold with 60 % right", "keystrokes_saved_at_60");
  for (std::size_t n = 0; n < measures["exact_match"].size(); ++n)
    row("ExactMatch@" + std::to_string(n + 1),
        [&](const nlohmann::json& model) { return percent(model.at("exact_match")[n]); });
  row("time of a keystroke, median",
      [](const nlohmann::json& model) { return milliseconds(model.at("median_ms")); });
  row("99 % of keystrokes within",
      [](const nlohmann::json& model) { return milliseconds(model.at("p99_ms")); });
  return table.table();
}

LineChart exact_match_chart(const nlohmann::json& measures) {
  LineChart chart{"ExactMatch", "words of the phrase", "%", {}};
  for (const auto& [name, model] : compared(measures)) {
    ChartSeries& series = chart.series.emplace_back(ChartSeries{named("right", name), {}});
    const nlohmann::json& matches = model->at("exact_match");
    for (std::size_t n = 0; n < matches.size(); ++n)
      series.points.emplace_back(n + 1, 100 * matches[n].get<double>());
  }
  return chart;
}

/// Ranks of the suggestions and of the most popular completions, after each number of characters.
ReportTable query_table(const std::string& measured, const nlohmann::json& measures) {
  SummaryTable table(measured, measures);
  const auto add = [&](const std::string& name, const std::string& key, const auto& text) {
    if (measures.contains(key))
      table.row(name, [&](const nlohmann::json& model) {
        return model.contains(key) ? text(model.at(key)) : std::string();
      });
  };
  const auto count = [](const nlohmann::json& number) { return number.dump(); };
  add("queries", "queries", count);
  const std::pair<const char*, const char*> groups[] = {
      {"", ""}, {"seen_", ", prefix seen before"}, {"unseen_", ", prefix not seen before"}};
  for (const auto& [key, group] : groups)
    for (const int characters : kTypedCharacters) {
      const std::string number = std::to_string(characters), prefix = key;
      const std::string after = " after " + number + " characters" + group;
      if (!prefix.empty()) add("queries" + after, prefix + number, count);
      add("mean reciprocal rank" + after, prefix + "mrr_" + number, mean_rank);
      add("the most popular completion's" + after, prefix + "popular_mrr_" + number, mean_rank);
    }
  return table.table();
}

}  // namespace

Report completion_report(const std::string& model_name, const std::string& data,
                         const nlohmann::json& measures) {
  LineChart precision{
      "Suggestions that were right, by threshold", "threshold of confidence", "%", {}};
  LineChart use{"What a threshold gives", "threshold of confidence", "%", {}};
  ChartSeries promised{"as promised", {}};
  for (const auto& [name, model] : compared(measures)) {
    ChartSeries right{named("right", name), {}}, shown{named("places with a suggestion", name), {}},
        saved{named("keystrokes saved", name), {}};
    for (const auto& point : model->at("curve")) {
      const double threshold = point[0];
      if (name.empty()) promised.points.emplace_back(threshold, 100 * threshold);
      right.points.emplace_back(threshold, 100 * point[1].get<double>());
      shown.points.emplace_back(threshold, 100 * point[2].get<double>());
      saved.points.emplace_back(threshold, 100 * point[3].get<double>());
    }
    precision.series.push_back(std::move(right));
    use.series.push_back(std::move(shown));
    use.series.push_back(std::move(saved));
  }
  precision.series.push_back(std::move(promised));
  return {"Completion: " + model_name + " on " + data,
          {summary(model_name, measures), precision, use, exact_match_chart(measures)}};
}

Report query_report(const std::string& model_name, const std::string& data,
                    const nlohmann::json& measures) {
  LineChart chart{
      "Mean reciprocal rank, by what was typed", "characters typed", "mean reciprocal rank", {}};
  const auto add = [&](const std::string& what, const std::string& key) {
    for (const auto& [name, model] : compared(measures)) {
      ChartSeries series{named(what, name), {}};
      for (const int typed : kTypedCharacters) {
        const auto rank = model->find(key + std::to_string(typed));
        if (rank != model->end()) series.points.emplace_back(typed, rank->get<double>());
      }
      if (!series.points.empty()) chart.series.push_back(std::move(series));
      if (key.starts_with("popular")) break;  // the same for both
    }
  };
  add("suggested", "mrr_");
  add("most popular completion", "popular_mrr_");
  return {"Queries: " + model_name + " on " + data, {query_table(model_name, measures), chart}};
}

}  // namespace weft
