#include "train/tasks/naive_bayes.h"

#include <algorithm>
#include <cmath>

#include "corpora/batch.h"
#include "train/tasks/example_encoder.h"

namespace weft {
namespace {

/// Numbers of examples: of each label, with each feature, and with both.
struct Counts {
  double examples = 0;
  arma::vec of_label;
  std::vector<double> with_feature;
  Matrix of_label_with_feature;  // labels × features
};

Counts count(const Classifier& model, Index features, const std::string& path,
             const LabelledReaderOptions& options) {
  const Index L = model.labels().size();
  Counts counts{0, arma::vec(L, arma::fill::zeros), std::vector<double>(features, 0),
                Matrix(L, features, arma::fill::zeros)};
  EncodedReader examples(model, path, options);
  for (EncodedExample example; examples(example); ++counts.examples) {
    std::vector<int> found = model.features_of(make_token_batch({&example.ids})).ids;
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    for (const int feature : found) ++counts.with_feature[static_cast<std::size_t>(feature)];
    for (const int label : example.labels) {
      const auto l = static_cast<Index>(label);
      ++counts.of_label[l];
      for (const int feature : found)
        ++counts.of_label_with_feature(l, static_cast<Index>(feature));
    }
  }
  return counts;
}

/// Of each label, the occurrences of all features together, plus one for each that occurs at all.
arma::vec smoothed_totals(const Counts& counts, bool with_label) {
  arma::vec totals(counts.of_label.n_elem, arma::fill::zeros);
  for (Index f = 0; f < counts.with_feature.size(); ++f) {
    if (counts.with_feature[f] == 0) continue;
    for (Index l = 0; l < totals.n_elem; ++l) {
      const double with = static_cast<double>(counts.of_label_with_feature(l, f));
      totals[l] += 1 + (with_label ? with : counts.with_feature[f] - with);
    }
  }
  return totals;
}

/// Turns the numbers of examples into `scale` times the log-probabilities or their ratios.
void to_weights(Counts& counts, bool several, double scale) {
  Matrix& weights = counts.of_label_with_feature;
  const arma::vec totals = smoothed_totals(counts, true);
  const arma::vec other_totals = several ? smoothed_totals(counts, false) : arma::vec();
  arma::vec ratios(weights.n_rows);
  for (Index f = 0; f < weights.n_cols; ++f) {
    if (counts.with_feature[f] == 0) continue;
    for (Index l = 0; l < weights.n_rows; ++l) {
      const double with = static_cast<double>(weights(l, f));
      ratios[l] = std::log((1 + with) / totals[l]);
      if (several) ratios[l] -= std::log((1 + counts.with_feature[f] - with) / other_totals[l]);
    }
    if (!several) ratios -= arma::mean(ratios);
    for (Index l = 0; l < weights.n_rows; ++l) weights(l, f) = static_cast<real>(scale * ratios[l]);
  }
}

/// The logarithm of a label's share of the examples, or of its odds.
double log_share(double of_label, double examples, bool several) {
  return several ? std::log((of_label + 1) / (examples - of_label + 1))
                 : std::log(of_label / examples);
}

}  // namespace

void begin_at_naive_bayes(Classifier& model, const std::string& path,
                          const LabelledReaderOptions& reader, double scale) {
  Parameter* linear = model.parameters().find("output.table");
  Parameter& table = linear ? *linear : *model.parameters().find("embedding.table");
  Counts counts = count(model, table.columns, path, reader);
  to_weights(counts, model.multi_label(), scale);
  table.value.head_rows(model.labels().size()) = counts.of_label_with_feature;
  if (!linear) return;
  Matrix& bias = model.parameters().find("output.bias")->value;
  for (Index l = 0; l < bias.n_elem; ++l)
    bias[l] =
        static_cast<real>(log_share(counts.of_label[l], counts.examples, model.multi_label()));
}

}  // namespace weft
