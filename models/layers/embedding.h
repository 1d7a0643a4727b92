// Vectors for ids.
#pragma once

#include <string>
#include <vector>

#include "models/core/ops.h"

namespace weft {

/// A table E × V, a column an id.
class Embedding {
 public:
  Embedding(ParameterStore& store, const std::string& name, int vocabulary, int dimension,
            const Initializer& initializer);
  /// E × ids.size()
  Var operator()(Tape& tape, const std::vector<int>& ids) const;
  const Parameter& table() const { return table_; }

 private:
  const Parameter& table_;
};

}  // namespace weft
