#include "train/search/search_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace weft {
namespace {

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value);
  return text;
}

std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// A search as a page sees it: what failed has no score.
struct Scores {
  const SearchSpace& space;
  const std::vector<Trial>& trials;
  std::string criterion = "score";
  bool logarithmic = false;  // perplexities of bad trials are out of all proportion

  Scores(const SearchSpace& the_space, const std::vector<Trial>& the_trials)
      : space(the_space), trials(the_trials) {
    const std::size_t best = best_trial(trials);
    if (best == trials.size()) return;
    criterion = spaced(trials[best].best.criterion);
    logarithmic = criterion == "perplexity";
  }
  bool has(std::size_t i) const { return std::isfinite(trials[i].loss()); }
};

ReportTable best_table(const Scores& scores) {
  constexpr std::size_t kShown = 10;
  std::vector<std::size_t> order(scores.trials.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return better(scores.trials[a], scores.trials[b]);
  });
  ReportTable table{{"trial", scores.criterion}, {}};
  for (const SearchDimension& dimension : scores.space.dimensions())
    table.columns.push_back(dimension.option);
  table.columns.insert(table.columns.end(), {"epochs", "seconds", "status"});
  for (std::size_t i = 0; i < std::min(kShown, order.size()); ++i) {
    const Trial& trial = scores.trials[order[i]];
    std::vector<std::string> row = {std::to_string(order[i] + 1), ""};
    if (scores.has(order[i])) row[1] = number_text(trial.best.value);
    row.insert(row.end(), trial.setting.begin(), trial.setting.end());
    row.insert(row.end(), {std::to_string(trial.epochs), number_text(trial.seconds),
                           std::string(name(trial.status))});
    table.rows.push_back(std::move(row));
  }
  return table;
}

LineChart course_chart(const Scores& scores) {
  LineChart chart{"Best so far, by trial",
                  "trial",
                  scores.criterion,
                  {{"best so far", {}}},
                  scores.logarithmic};
  const Trial* best = nullptr;
  for (std::size_t i = 0; i < scores.trials.size(); ++i) {
    if (scores.has(i) && (!best || better(scores.trials[i], *best))) best = &scores.trials[i];
    if (best) chart.series[0].points.emplace_back(static_cast<double>(i + 1), best->best.value);
  }
  return chart;
}

/// Trials that came to their end and those that did not are two series.
LineChart number_chart(const Scores& scores, std::size_t dimension) {
  const SearchDimension& option = scores.space.dimensions()[dimension];
  LineChart chart{scores.criterion + " against " + option.option,
                  option.option,
                  scores.criterion,
                  {{"trained to the end", {}}, {"stopped early", {}}},
                  scores.logarithmic,
                  option.logarithmic,
                  /*dots=*/true};
  for (std::size_t i = 0; i < scores.trials.size(); ++i) {
    const Trial& trial = scores.trials[i];
    if (!scores.has(i)) continue;
    chart.series[trial.status == TrialStatus::done ? 0 : 1].points.emplace_back(
        std::strtod(trial.setting[dimension].c_str(), nullptr), trial.best.value);
  }
  return chart;
}

ReportTable word_table(const Scores& scores, std::size_t dimension) {
  const SearchDimension& option = scores.space.dimensions()[dimension];
  ReportTable table{{option.option, "trials", "failed", "best", "middle"}, {}};
  for (const std::string& word : option.categories) {
    std::vector<const Trial*> measured;
    std::size_t count = 0;
    for (std::size_t i = 0; i < scores.trials.size(); ++i) {
      if (scores.trials[i].setting[dimension] != word) continue;
      ++count;
      if (scores.has(i)) measured.push_back(&scores.trials[i]);
    }
    std::sort(measured.begin(), measured.end(),
              [](const Trial* a, const Trial* b) { return a->loss() < b->loss(); });
    const auto value = [&](std::size_t i) {
      return measured.empty() ? "" : number_text(measured[i]->best.value);
    };
    table.rows.push_back({word, std::to_string(count), std::to_string(count - measured.size()),
                          value(0), value(measured.size() / 2)});
  }
  return table;
}

}  // namespace

Report search_report(const std::string& title, const SearchSpace& space,
                     const std::vector<Trial>& trials) {
  const Scores scores(space, trials);
  Report report{title, {}};
  report.blocks.push_back(ReportHeading{"The best trials"});
  report.blocks.push_back(best_table(scores));
  report.blocks.push_back(course_chart(scores));
  report.blocks.push_back(ReportHeading{"Each option against the score"});
  for (std::size_t d = 0; d < space.dimensions().size(); ++d) {
    if (space.dimensions()[d].kind == SearchDimension::Kind::category) {
      report.blocks.push_back(word_table(scores, d));
    } else {
      report.blocks.push_back(number_chart(scores, d));
    }
  }
  return report;
}

}  // namespace weft
