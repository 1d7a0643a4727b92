#include "train/measures/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double surprise(double probability) {
  return -std::log(std::max(probability, static_cast<double>(std::numeric_limits<float>::min())));
}

/// Of an answer "no": 1 − p is 0 for a p that merely rounded to 1.
double surprise_of_no(double probability) {
  return -std::log(
      std::max(1 - probability, static_cast<double>(std::numeric_limits<float>::epsilon()) / 4));
}

}  // namespace

ClassificationMetrics::ClassificationMetrics(std::vector<std::string> labels, bool multi_label)
    : labels_(std::move(labels)), multi_label_(multi_label), counts_(labels_.size()) {}

void ClassificationMetrics::add(const Matrix& probabilities,
                                const std::vector<std::vector<int>>& targets) {
  std::vector<bool> wanted(labels_.size());
  for (std::size_t n = 0; n < targets.size(); ++n) {
    wanted.assign(labels_.size(), false);
    for (const int target : targets[n]) wanted[static_cast<std::size_t>(target)] = true;
    const real* column = probabilities.colptr(n);
    const std::size_t first =
        static_cast<std::size_t>(std::max_element(column, column + labels_.size()) - column);
    bool right = true;
    for (std::size_t label = 0; label < labels_.size(); ++label) {
      const double probability = static_cast<double>(column[label]);
      const bool answered = multi_label_ ? probability >= 0.5 : label == first;
      counts_[label].answered += answered;
      counts_[label].wanted += wanted[label];
      counts_[label].both += answered && wanted[label];
      right = right && answered == wanted[label];
      if (wanted[label])
        nats_ += surprise(probability);
      else if (multi_label_)
        nats_ += surprise_of_no(probability);
    }
    right_ += right;
    ++examples_;
  }
}

LabelMeasures ClassificationMetrics::measures(const Counts& counts) {
  return {ratio(counts.both, counts.answered), ratio(counts.both, counts.wanted),
          ratio(2 * counts.both, counts.answered + counts.wanted), counts.wanted};
}

double ClassificationMetrics::accuracy() const { return ratio(right_, examples_); }

LabelMeasures ClassificationMetrics::label(std::size_t index) const {
  return measures(counts_.at(index));
}

double ClassificationMetrics::macro_f1() const {
  double sum = 0;
  std::uint64_t counted = 0;
  for (const Counts& counts : counts_) {
    if (counts.answered + counts.wanted == 0) continue;
    sum += measures(counts).f1;
    ++counted;
  }
  return counted == 0 ? 0 : sum / static_cast<double>(counted);
}

double ClassificationMetrics::micro_f1() const {
  Counts all;
  for (const Counts& counts : counts_) {
    all.both += counts.both;
    all.answered += counts.answered;
    all.wanted += counts.wanted;
  }
  return measures(all).f1;
}

double ClassificationMetrics::loss() const {
  return examples_ == 0 ? 0 : nats_ / static_cast<double>(examples_);
}

nlohmann::json ClassificationMetrics::json() const {
  nlohmann::json labels = nlohmann::json::object();
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const LabelMeasures m = label(i);
    labels[labels_[i]] = {
        {"precision", m.precision}, {"recall", m.recall}, {"f1", m.f1}, {"support", m.support}};
  }
  nlohmann::json result = {{"examples", examples_},
                           {"accuracy", accuracy()},
                           {"macro_f1", macro_f1()},
                           {"loss", loss()},
                           {"labels", std::move(labels)}};
  if (multi_label_) result["micro_f1"] = micro_f1();
  return result;
}

}  // namespace weft
