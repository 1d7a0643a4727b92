// What a search for continuations asks of a language model, of whatever kind.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "models/nets/model.h"

namespace weft {

class NextTokenModel : public Model {
 public:
  /// What several hypotheses have read, one a column.
  class Hypotheses {
   public:
    virtual ~Hypotheses() = default;
  };

  /// One hypothesis that has read `prefix`, which holds no padding (an empty one: the start of a
  /// line); `next`: the log-probabilities of what comes then, V × 1.
  virtual std::unique_ptr<Hypotheses> begin(const std::vector<int>& prefix, Matrix& next) const = 0;
  /// Hypothesis n becomes the one that was columns[n], having read tokens[n] on top; any may be
  /// taken twice or left out. The log-probabilities of what comes then, V × N.
  virtual Matrix advance(Hypotheses& hypotheses, const std::vector<std::size_t>& columns,
                         const std::vector<int>& tokens) const = 0;

 protected:
  using Model::Model;
};

}  // namespace weft
