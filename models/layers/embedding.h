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
  /// E × ids.size(). `word_dropout` (Gal & Ghahramani 2016): while training, a word is dropped with
  /// this probability wherever it stands in `ids`, and the vectors of the others are divided by
  /// 1 − word_dropout.
  Var operator()(Tape& tape, std::vector<int> ids, double word_dropout = 0) const;
  const Parameter& table() const { return table_; }

 private:
  const Parameter& table_;
};

}  // namespace weft
