#include "models/nets/feature_model.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/json_options.h"
#include "models/nets/classifier_checks.h"

namespace weft {

void FeatureInput::visit(OptionVisitor& v) {
  v.integer("features", features, 1, 1 << 24, "numbers an example");
  v.integer("height", height, 0, 1 << 14, "of images");
  v.integer("width", width, 0, 1 << 14, "of images");
  v.choice("bag", bag, {"binary", "counts", "log", "tf-idf"}, "what stands for a word of a text");
}

FeatureModel::FeatureModel(const FeatureInput& input, std::shared_ptr<const Tokenizer> tokenizer)
    : Model(std::move(tokenizer)), input_(input) {
  if (input_.features < 1)
    throw UserError("the examples have no features; check the training data");
  if (input_.height * input_.width != 0 && input_.height * input_.width != input_.features)
    throw UserError("the examples have another number of features than the images have pixels");
  if (tokenizer_ && static_cast<std::size_t>(input_.features) != bag_rows(*tokenizer_))
    throw UserError("the model has another number of features than its vocabulary has words");
  if (tokenizer_ && input_.bag == BagWeights::tf_idf)
    idf_ = &parameters_.add("bag.idf", features(), 1, Initializer::constant(1));
}

nlohmann::json FeatureModel::with_input(nlohmann::json options) const {
  options.update(options_to_json(input_));
  return options;
}

void FeatureModel::set_idf(const std::vector<float>& idf) {
  if (!idf_) return;
  for (std::size_t row = 0; row < idf.size(); ++row) idf_->value[row] = static_cast<real>(idf[row]);
}

SparseColumn FeatureModel::bag(std::string_view text) const {
  std::vector<float> idf;
  if (idf_) idf.assign(idf_->value.begin(), idf_->value.end());
  return bag_of_words(*tokenizer_, text, input_.bag, idf);
}

Matrix FeatureModel::read(const std::vector<std::string>& lines) const {
  Matrix columns(features(), lines.size(), arma::fill::zeros);
  for (std::size_t n = 0; n < lines.size(); ++n) {
    if (!tokenizer_) {
      columns.col(n) = read_values(lines[n], input_.features);
      continue;
    }
    const SparseColumn words = bag(lines[n]);
    for (std::size_t i = 0; i < words.rows.size(); ++i)
      columns(words.rows[i], n) = static_cast<real>(words.values[i]);
  }
  return columns;
}

// The code as a share of its largest number, which may be far from 1, and some of what is restored.
std::vector<double> FeatureModel::fingerprint(const std::string& input) const {
  const Matrix code = encode(read({input}));
  const Matrix restored = decode(code);
  double largest = 1;
  for (const real number : code) largest = std::max(largest, std::abs(static_cast<double>(number)));
  std::vector<double> result;
  for (const real number : code) result.push_back(static_cast<double>(number) / largest);
  const Index stride = std::max<Index>(1, restored.n_elem / 16);
  for (Index i = 0; i < restored.n_elem; i += stride)
    result.push_back(static_cast<double>(restored[i]));
  return result;
}

}  // namespace weft
