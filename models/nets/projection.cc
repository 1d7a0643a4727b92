#include "models/nets/projection.h"

#include "base/error.h"
#include "base/json_options.h"
#include "models/core/kernels/gemm.h"
#include "models/core/weight_product.h"

namespace weft {

void ProjectionOptions::visit(OptionVisitor& v) {
  v.choice("method", method, {"pca", "lsa"}, "how the directions are found");
  v.integer("code", code, 1, 1 << 20, "numbers of the code");
}

Projection::Projection(const ProjectionOptions& options, const FeatureInput& input,
                       std::shared_ptr<const Tokenizer> tokenizer)
    : FeatureModel(input, std::move(tokenizer)),
      options_(options),
      directions_(parameters_.add_table("projection.directions", features(),
                                        static_cast<Index>(options.code), Initializer::zeros())),
      mean_(parameters_.add("projection.mean", features(), 1, Initializer::zeros())) {
  if (options_.code > input.features)
    throw UserError("--code " + std::to_string(options_.code) + " is more than the " +
                    std::to_string(input.features) + " features of an example; lower it");
}

nlohmann::json Projection::architecture() const { return with_input(options_to_json(options_)); }

void Projection::set(const Matrix& directions, const Matrix& mean) {
  directions_.value = directions;
  mean_.value = mean;
}

Matrix Projection::encode(const Matrix& x) const {
  Matrix centred = x;
  centred.each_col() -= mean_.value.col(0);
  Matrix codes(directions_.columns, x.n_cols);
  Tape tape;
  table_product(tape.parameter(directions_), centred.memptr(), x.n_cols, 0, codes.memptr());
  return codes;
}

Matrix Projection::decode(const Matrix& codes) const {
  Matrix x(features(), codes.n_cols);
  if (!directions_.quantized)
    kernels::gemm(kernels::Transpose::no, kernels::Transpose::no, directions_.value, codes, 0, x);
  else
    for (Index n = 0; n < codes.n_cols; ++n)
      for (Index k = 0; k < codes.n_rows; ++k)
        table_column(directions_, k, codes(k, n), k == 0 ? real{0} : real{1}, x.colptr(n));
  x.each_col() += mean_.value.col(0);
  return x;
}

}  // namespace weft
