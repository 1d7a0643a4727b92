// Models that read a fixed number of features and make a short code of them, from which they
// restore the input: autoencoders, and the projections they are measured against.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/options.h"
#include "corpora/bag_of_words.h"
#include "models/core/matrix.h"
#include "models/nets/model.h"

namespace weft {

/// What the features are: of texts (a tokenizer given) the words of a bag, else numbers.
struct FeatureInput {
  int features = 0;
  int height = 0, width = 0;  // of images; 0: none
  BagWeights bag = BagWeights::binary;
  void visit(OptionVisitor& v);
};

class FeatureModel : public Model {
 public:
  /// F × N to C × N.
  virtual Matrix encode(const Matrix& x) const = 0;
  /// C × N to F × N.
  virtual Matrix decode(const Matrix& codes) const = 0;
  virtual int code_size() const = 0;
  Matrix restore(const Matrix& x) const { return decode(encode(x)); }
  std::vector<double> fingerprint(const std::string& input) const override;

  /// Texts, or rows of numbers, as columns: F × lines. Throws UserError for a row that is none.
  Matrix read(const std::vector<std::string>& lines) const;
  SparseColumn bag(std::string_view text) const;
  /// Of bags with tf_idf weights: from the training texts. A part of the model.
  void set_idf(const std::vector<float>& idf);

  const FeatureInput& input() const { return input_; }
  Index features() const { return static_cast<Index>(input_.features); }

 protected:
  /// Throws UserError if there is nothing to read, or bag weights are set for numbers.
  FeatureModel(const FeatureInput& input, std::shared_ptr<const Tokenizer> tokenizer);
  /// `options` with what this class has to keep.
  nlohmann::json with_input(nlohmann::json options) const;

 private:
  FeatureInput input_;
  Parameter* idf_ = nullptr;
};

}  // namespace weft
