// What every model has, whatever it answers.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "models/core/parameter.h"
#include "tokenizer/tokenizer.h"

namespace weft {

/// A model owns its parameters and its tokenizer. Using it is const: threads may share it.
class Model {
 public:
  virtual ~Model() = default;

  /// "classifier", "language model", …
  virtual std::string kind() const = 0;
  /// The options it was built from and, beyond the tokenizer, whatever else it needs to be built
  /// again (labels): stored in the model file.
  virtual nlohmann::json architecture() const = 0;
  /// Numbers that depend on every part of the model, for the self-test in the model file:
  /// probabilities for `input`.
  virtual std::vector<double> fingerprint(const std::string& input) const = 0;

  /// Whether values that are used as places, if there are any, lie where they must: a file may
  /// bring others.
  virtual bool is_consistent() const { return true; }

  ParameterStore& parameters() { return parameters_; }
  const ParameterStore& parameters() const { return parameters_; }
  /// Null for models that take numbers instead of text.
  const Tokenizer* tokenizer() const { return tokenizer_.get(); }
  std::shared_ptr<const Tokenizer> shared_tokenizer() const { return tokenizer_; }
  /// Of what a translator writes, if that is another one than it reads with; else null.
  virtual const Tokenizer* other_tokenizer() const { return nullptr; }

 protected:
  explicit Model(std::shared_ptr<const Tokenizer> tokenizer) : tokenizer_(std::move(tokenizer)) {}

  ParameterStore parameters_;
  std::shared_ptr<const Tokenizer> tokenizer_;
};

}  // namespace weft
