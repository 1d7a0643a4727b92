// Linear codes: principal components, and latent semantic analysis (Deerwester et al. 1990).
#pragma once

#include <memory>
#include <string>

#include "models/nets/feature_model.h"

namespace weft {

enum class ProjectionMethod { pca, lsa };

struct ProjectionOptions {
  ProjectionMethod method = ProjectionMethod::pca;
  int code = 30;
  void visit(OptionVisitor& v);
};

/// code = Dᵀ (x − m), restored: D code + m. The columns of D are orthonormal directions; m is the
/// mean of the training data for pca, and 0 for lsa.
class Projection : public FeatureModel {
 public:
  Projection(const ProjectionOptions& options, const FeatureInput& input,
             std::shared_ptr<const Tokenizer> tokenizer);

  std::string kind() const override { return "projection"; }
  nlohmann::json architecture() const override;
  Matrix encode(const Matrix& x) const override;
  Matrix decode(const Matrix& codes) const override;
  int code_size() const override { return options_.code; }

  const ProjectionOptions& options() const { return options_; }
  /// F × C and F × 1, as train/tasks/projection_fit.h finds them.
  void set(const Matrix& directions, const Matrix& mean);

 private:
  ProjectionOptions options_;
  Parameter& directions_;
  Parameter& mean_;
};

}  // namespace weft
