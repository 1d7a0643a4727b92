// What completion asks of a language model, of whatever kind.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "models/nets/model.h"

namespace weft {

class NextTokenModel : public Model {
 public:
  /// What a model knows after it has read some tokens. Immutable: any number of searches, in any
  /// number of threads, may go on from it.
  class Reading {
   public:
    explicit Reading(Matrix next) : next_(std::move(next)) {}
    virtual ~Reading() = default;
    /// Log-probabilities of what comes next, V × 1; −∞ for what never does.
    const Matrix& next() const { return next_; }

   private:
    Matrix next_;
  };
  using ReadingPointer = std::shared_ptr<const Reading>;

  /// After the start of a text, <eos>.
  virtual ReadingPointer begin() const = 0;
  /// Several at once, which costs less than one after the other: result n is after readings[n] and
  /// tokens[n] on top. The readings are this model's, one may be there twice; no token is padding.
  virtual std::vector<ReadingPointer> advance(const std::vector<ReadingPointer>& readings,
                                              const std::vector<int>& tokens) const = 0;
  /// After `reading` and the tokens one after the other.
  virtual ReadingPointer read(const ReadingPointer& reading,
                              const std::vector<int>& tokens) const = 0;

 protected:
  using Model::Model;
};

}  // namespace weft
